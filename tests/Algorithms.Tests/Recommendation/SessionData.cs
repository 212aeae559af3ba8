using System.Globalization;
using System.IO.Compression;
using Personalization.Algorithms.Recommendation;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Recommendation;

/// <summary>Reads the public session data sets into <see cref="SessionSet"/>s.</summary>
internal static class SessionData
{
    public static (SessionSet Train, SessionSet Test) Serenade() =>
        (Tabular("serenade_example", "train.txt.gz"), Tabular("serenade_example", "test.txt"));

    public static (SessionSet Train, SessionSet Test) Rsc15() =>
        (Tabular("rsc15_100k", "yoochoose-clicks-100k_train_full.txt.gz"), Tabular("rsc15_100k", "yoochoose-clicks-100k_test.txt.gz"));

    // The last week, the test, has 15,963 sessions: 2,280 a day.
    private const long MillisecondsPerSession = 86_400_000 / 2_280;

    /// <summary>The files hold no times, sessions are sorted by day: sessions follow each other evenly, as many a day as the last week has, clicks a
    /// millisecond apart.</summary>
    public static (SessionSet Train, SessionSet Test) Diginetica()
    {
        var train = new List<Click>();
        ulong session = 0;
        foreach (var line in Lines("diginetica", "train_sessions.txt.gz")) AddSession(train, ++session, line.Split(' '));

        // Every prefix of a test session is a line, the longest first: that line and its target are the session.
        var test = new List<Click>();
        var longest = 0;
        foreach (var line in Lines("diginetica", "test_prefixes.txt.gz"))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var prefix = line[..tab].Split(' ');
            if (longest <= 1) AddSession(test, ++session, [.. prefix, line[(tab + 1)..]]);
            longest = prefix.Length;
        }

        return (SessionSet.FromClicks([.. train]), SessionSet.FromClicks([.. test]));

        static void AddSession(List<Click> clicks, ulong session, string[] items)
        {
            for (var i = 0; i < items.Length; i++)
                clicks.Add(new Click(session, ulong.Parse(items[i], CultureInfo.InvariantCulture), ((long)session * MillisecondsPerSession) + i));
        }
    }

    private static SessionSet Tabular(string folder, string file)
    {
        var clicks = new List<Click>();
        foreach (var line in Lines(folder, file).Skip(1))
        {
            var fields = line.Split('\t');
            clicks.Add(new Click(ulong.Parse(fields[0], CultureInfo.InvariantCulture), ulong.Parse(fields[1], CultureInfo.InvariantCulture),
                (long)Math.Round(double.Parse(fields[2], CultureInfo.InvariantCulture) * 1000)));
        }

        return SessionSet.FromClicks([.. clicks]);
    }

    private static IEnumerable<string> Lines(string folder, string file)
    {
        using var stream = File.OpenRead(RealData.File(folder, file));
        using var reader = new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        while (reader.ReadLine() is { } line) yield return line;
    }
}
