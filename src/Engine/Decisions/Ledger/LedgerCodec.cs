using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions.Ledger;

/// <summary>
/// Bytes of a ledger, the last part of the side record: version · closed early · caps · own parameters · open decisions. Group, propensity and score of a choice are
/// there where something learns from it, its reward where it has one; version 1, which is still read, had all of them always.
/// </summary>
internal static class LedgerCodec
{
    private const byte Version = 2;
    private const int CountsExposures = 1;
    private const int Exposed = 2;
    private const int Learns = 4;
    private const int LearnsAtClose = 8;
    private const int Explored = 16;
    private const int LearnsFromExposures = 32;
    private const int SharesModel = 64;

    public static void Write(DecisionLedger ledger, ByteWriter writer)
    {
        writer.Byte(Version);
        writer.Unsigned((ulong)ledger.ClosedEarly);
        writer.Count(ledger.Caps.Count);
        foreach (var (scope, history) in ledger.Caps)
        {
            writer.UInt64(scope);
            writer.Unsigned((ulong)history.PeriodMs);
            writer.Count(history.Times.Count);
            var last = 0L;
            foreach (var time in history.Times)
            {
                writer.Signed(time - last);
                last = time;
            }
        }

        writer.Count(ledger.Own.Count);
        foreach (var (slot, own) in ledger.Own)
        {
            writer.Text(slot);
            own.Write(writer.Target);
        }

        writer.Count(ledger.Open.Count);
        foreach (var decision in ledger.Open) Write(decision, writer);
    }

    public static DecisionLedger Read(string tenant, ref ByteReader reader)
    {
        var layout = reader.Version(Version, "decision ledger");
        var ledger = new DecisionLedger { ClosedEarly = reader.Long() };
        var caps = reader.Count(10);
        for (var i = 0; i < caps; i++)
        {
            var scope = reader.UInt64();
            var period = reader.Long();
            var times = new long[reader.Count(1)];
            var last = 0L;
            foreach (ref var time in times.AsSpan()) last = time = last + reader.Signed();
            ledger.Restore(scope, CapHistory.From(period, times));
        }

        var slots = reader.Count(3);
        for (var i = 0; i < slots; i++)
        {
            var slot = reader.Text();
            ledger.Restore(slot, CustomerActionModel.Read(ref reader));
        }

        var open = reader.Count(16);
        for (var i = 0; i < open; i++) ledger.Add(ReadDecision(tenant, layout, ref reader));
        return ledger;
    }

    private static void Write(OpenDecision decision, ByteWriter writer)
    {
        writer.UInt64(decision.IdHash);
        writer.Unsigned((ulong)decision.Position);
        writer.Signed(decision.At);
        writer.Unsigned((ulong)(decision.ClosesAt - decision.At));
        writer.UInt64(decision.IdempotencyKey);
        writer.Byte((byte)decision.Kind);
        writer.Text(decision.Slot);
        writer.Text(decision.Policy);
        writer.Signed(decision.ModelVersion);
        writer.Double(decision.DefaultReward);
        writer.Byte((byte)((decision.CountsExposures ? CountsExposures : 0) | (decision.Exposed ? Exposed : 0) | (decision.Learns ? Learns : 0)
            | (decision.LearnsAtClose ? LearnsAtClose : 0) | (decision.Explored ? Explored : 0)
            | (decision.LearnsFromExposures ? LearnsFromExposures : 0) | (decision.SharesModel ? SharesModel : 0)));
        Vectors.Write(decision.Features, writer);
        writer.Count(decision.Rewards.Length);
        foreach (var rule in decision.Rewards)
        {
            writer.Byte((byte)rule.Type);
            writer.Double(rule.Value);
            writer.Byte(rule.NeedsMatch ? (byte)1 : (byte)0);
        }

        writer.Count(decision.Charges.Length);
        foreach (var scope in decision.Charges) writer.UInt64(scope);
        writer.Count(decision.Choices.Length);
        foreach (ref readonly var choice in decision.Choices.AsSpan())
        {
            writer.Text(choice.Id);
            if (decision.Learns)
            {
                writer.UInt64(choice.Group);
                writer.Double(choice.Propensity);
                writer.Double(choice.SharedScore);
            }

            writer.Byte(choice.Rewarded ? (byte)1 : (byte)0);
            if (choice.Rewarded) writer.Double(choice.Reward);
        }
    }

    private static OpenDecision ReadDecision(string tenant, byte layout, ref ByteReader reader)
    {
        var idHash = reader.UInt64();
        var position = reader.Long();
        var at = reader.Signed();
        var closesAt = at + reader.Long();
        var key = reader.UInt64();
        var kind = (DecisionKind)reader.Byte();
        if (!Enum.IsDefined(kind)) throw new InvalidDataException($"a decision of kind {(int)kind} is not known to this code");
        var slot = reader.Text();
        var policy = reader.Text();
        var version = reader.Signed();
        var defaultReward = Reward(ref reader);
        var flags = reader.Byte();
        var features = Vectors.Read(ref reader);
        var rewards = new RewardRule[reader.Count(10)];
        foreach (ref var rule in rewards.AsSpan()) rule = new RewardRule((EventType)reader.Byte(), Reward(ref reader), reader.Byte() == 1);
        var charges = new ulong[reader.Count(8)];
        foreach (ref var scope in charges.AsSpan()) scope = reader.UInt64();
        var choices = new OpenChoice[reader.Count(2)];
        foreach (ref var choice in choices.AsSpan())
        {
            choice.Id = reader.Text();
            choice.Hash = KeyHash.Name(tenant, choice.Id);
            choice.Propensity = 1;
            var isOld = layout == 1;
            if (isOld || (flags & Learns) != 0)
            {
                choice.Group = reader.UInt64();
                choice.Propensity = reader.Double();
                choice.SharedScore = reader.Double();
                if (!(Math.Abs(choice.SharedScore) <= RewardModels.LargestValue)) throw new InvalidDataException("a choice's score is out of range");
            }

            choice.Reward = isOld ? Reward(ref reader) : defaultReward;
            choice.Rewarded = reader.Byte() == 1;
            if (!isOld && choice.Rewarded) choice.Reward = Reward(ref reader);
        }

        return new OpenDecision
        {
            IdHash = idHash,
            Position = position,
            At = at,
            ClosesAt = closesAt,
            IdempotencyKey = key,
            Kind = kind,
            Slot = slot,
            Policy = policy,
            ModelVersion = version,
            DefaultReward = defaultReward,
            CountsExposures = (flags & CountsExposures) != 0,
            Exposed = (flags & Exposed) != 0,
            Learns = (flags & Learns) != 0,
            LearnsAtClose = (flags & LearnsAtClose) != 0,
            Explored = (flags & Explored) != 0,
            LearnsFromExposures = (flags & LearnsFromExposures) != 0,
            SharesModel = (flags & SharesModel) != 0,
            Features = features,
            Rewards = rewards,
            Charges = charges,
            Choices = choices,
        };
    }

    private static double Reward(ref ByteReader reader) => reader.Double() is >= 0 and <= 1 and var reward ? reward : throw new InvalidDataException("a reward is out of range");
}
