using CsCheck;
using Personalization.Decisions;

namespace Personalization.Engine.Tests.Decisions.Pipeline;

public sealed class CandidateRowsTests
{
    private const string Golden = "01047b14ae47e17a843f0000000000000000400034000c62756e646c652d73686f6573805c8fc2f5285cdf3f003808046f636b73013d0ad7a370fd39400030000c6772c3b6c39f652df09f9880805c8fc2f5285cdf3f003c0604f09f9881";
    private static readonly string[] Families = ["bags", "coats", "shoes", "socks"];

    private static readonly Gen<DecisionCandidate> AnyRow =
        from id in Gen.OneOf(Gen.String[1, 40], OneOf("offer-1", "offer-10", "offer-2", "größe-😀", "größe-😁", ""))
        from score in Gen.Double[0, 1]
        from weight in Gen.OneOf(OneOf(1.0, 25.99, 1e9), Gen.Double[0.001, 100])
        from propensity in Gen.OneOf(Gen.Const(.001), Gen.Double[0, 1])
        select new DecisionCandidate(new string(id.Where(c => !char.IsSurrogate(c)).ToArray()) + (id.Length % 3 == 0 ? "😀" : ""), score, weight, propensity);

    [Fact]
    public void What_is_read_is_what_was_packed_with_scores_of_11_bits() =>
        AnyRow.Array[0, 100].Sample(
            rows =>
            {
                var read = CandidateRows.Read(Pack(.001, rows));
                Assert.Equal(rows.Select(row => row with { Score = (double)(Half)row.Score }), read);
                Assert.All(rows.Zip(read), pair => Assert.True(Math.Abs(pair.First.Score - pair.Second.Score) <= Math.Max(6e-8, pair.First.Score / 2048)));
            },
            iter: 2_000);

    [Fact]
    public void The_bytes_are_golden()
    {
        var actual = Convert.ToHexStringLower(Pack(.01, new("bundle-shoes", .25, 2, .01), new("bundle-socks", .5, 2, .49), new("größe-😀", .125, 25.99, .01), new("größe-😁", 1, 2, .49)));
        Assert.True(Golden == actual, $"they are now {actual}");
        Assert.Equal(["bundle-shoes", "bundle-socks", "größe-😀", "größe-😁"], CandidateRows.Read(Convert.FromHexString(Golden)).Select(row => row.Id));
    }

    [Fact]
    public void A_family_of_a_hundred_actions_takes_less_than_a_kilobyte()
    {
        var rows = Enumerable.Range(0, 100).Select(i => new DecisionCandidate($"discount-{Families[i / 25]}-{i % 25:00}", .1, 1 + (i % 10), i < 12 ? .08 : .0004)).ToArray();
        Assert.InRange(Pack(.0004, rows).Length, 600, 1_024);
    }

    [Fact]
    public void Broken_bytes_are_refused()
    {
        var bytes = Pack(.01, new("a", .25, 2, .01), new("ab", .5, 3, .49));
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<InvalidDataException>(() => CandidateRows.Read(bytes.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => CandidateRows.Read([.. bytes, 0]));
        Assert.Throws<InvalidDataException>(() => CandidateRows.Read([2, .. bytes[1..]]));
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                var broken = (byte[])bytes.Clone();
                foreach (var (at, value) in changes) broken[at] = value;
                try
                {
                    CandidateRows.Read(broken);
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 20_000);
    }

    [Fact]
    public void A_record_of_before_is_read_from_its_rows()
    {
        DecisionCandidate[] rows = [new("a", .1, 1, .9), new("b", .2, 1, .1)];
        Assert.Same(rows, new DecisionMade { Candidates = rows }.ReadCandidates());
    }

    private static byte[] Pack(double floor, params DecisionCandidate[] rows)
    {
        var packer = new CandidateRows.Packer(rows.Length, floor, new double[rows.Length]);
        foreach (var row in rows) packer.Add(row.Id, row.Score, row.Weight, row.Propensity);
        return packer.Finish();
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
