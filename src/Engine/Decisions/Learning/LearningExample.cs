using System.Buffers;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Ledger;
using Personalization.Engine.Profiles;
using Personalization.Stores;

namespace Personalization.Engine.Decisions.Learning;

/// <summary>
/// What models learn from one choice, told twice through the outbox: <see cref="Made"/> when the decision is folded, with the default reward, and
/// <see cref="Resolved"/> once the reward is known or the window has closed. Each exactly once.
/// </summary>
/// <remarks>
/// A linear model adds xxᵀ at <see cref="Made"/> and reward·x at <see cref="Resolved"/>, so that its belief waits low for what is still to come and quick rewards
/// and slow silence weigh alike in the end; a model that cannot correct itself learns at <see cref="Resolved"/> alone.
/// </remarks>
public sealed record LearningExample
{
    /// <summary>The outbox kind of a decision that was made.</summary>
    public const string Made = "decisionMade";

    /// <summary>The outbox kind of a choice whose reward is known.</summary>
    public const string Resolved = "decisionResolved";

    private const byte Version = 1;

    /// <summary>What was chosen among.</summary>
    public DecisionKind Kind { get; init; }

    /// <summary>The place.</summary>
    public string Slot { get; init; } = "";

    /// <summary>The policy that drew.</summary>
    public string Policy { get; init; } = "";

    /// <summary>The action or item.</summary>
    public string Choice { get; init; } = "";

    /// <summary>Its place in the answer, 0 = first.</summary>
    public int Place { get; init; }

    /// <summary>The decision's short id, hashed.</summary>
    public ulong Decision { get; init; }

    /// <summary>When it was decided, milliseconds since 1970-01-01 UTC.</summary>
    public long At { get; init; }

    /// <summary>x.</summary>
    public double[] Features { get; init; } = [];

    /// <summary>The probability with which it was drawn.</summary>
    public double Propensity { get; init; }

    /// <summary>Whether the propensity is one that estimators may use.</summary>
    public bool Explored { get; init; }

    /// <summary>The shared model's prediction at the decision.</summary>
    public double SharedScore { get; init; }

    /// <summary>The reward: the default at <see cref="Made"/>.</summary>
    public double Reward { get; init; }

    /// <summary>The slot's default reward.</summary>
    public double DefaultReward { get; init; }

    /// <summary>The version of the shared model that scored.</summary>
    public long ModelVersion { get; init; }

    /// <summary>Reads an outbox body.</summary>
    /// <exception cref="InvalidDataException">The bytes are none that this code wrote.</exception>
    public static LearningExample Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        reader.Version(Version, "learning example");
        return new LearningExample
        {
            Kind = (DecisionKind)reader.Byte(),
            Slot = reader.Text(),
            Policy = reader.Text(),
            Choice = reader.Text(),
            Place = reader.Count(),
            Decision = reader.UInt64(),
            At = reader.Signed(),
            Propensity = reader.Double(),
            Explored = reader.Byte() == 1,
            SharedScore = reader.Double(),
            Reward = reader.Double(),
            DefaultReward = reader.Double(),
            ModelVersion = reader.Signed(),
            Features = Vectors.Read(ref reader),
        };
    }

    /// <summary>Writes an outbox body.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new ByteWriter(buffer);
        writer.Byte(Version);
        writer.Byte((byte)Kind);
        writer.Text(Slot);
        writer.Text(Policy);
        writer.Text(Choice);
        writer.Count(Place);
        writer.UInt64(Decision);
        writer.Signed(At);
        writer.Double(Propensity);
        writer.Byte(Explored ? (byte)1 : (byte)0);
        writer.Double(SharedScore);
        writer.Double(Reward);
        writer.Double(DefaultReward);
        writer.Signed(ModelVersion);
        Vectors.Write(Features, writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The example of a choice, as it stands.</summary>
    internal static OutboxItem Of(string kind, OpenDecision decision, int place)
    {
        ref readonly var choice = ref decision.Choices[place];
        return new OutboxItem(kind, new LearningExample
        {
            Kind = decision.Kind,
            Slot = decision.Slot,
            Policy = decision.Policy,
            Choice = choice.Id,
            Place = place,
            Decision = decision.IdHash,
            At = decision.At,
            Features = decision.Features,
            Propensity = choice.Propensity,
            Explored = decision.Explored,
            SharedScore = choice.SharedScore,
            Reward = choice.Reward,
            DefaultReward = decision.DefaultReward,
            ModelVersion = decision.ModelVersion,
        }.ToBytes());
    }
}
