namespace Personalization.TestKit;

/// <summary>
/// How long a test waits for what must come. It is no promise of speed: a test ends as soon as it has what it waits for, and this only ends one that
/// would wait for ever. So it is the same for all, and long enough for a machine that has other work. A test that does promise a time says so with
/// <see cref="Timed"/> and a bound of its own.
/// </summary>
public static class Patience
{
    /// <summary>Three minutes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
}
