using System.Runtime.InteropServices;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>
/// The pure fold: the facts in the order in which they happened. Every third event asks to be woken; a wake-up is a fact (−id) if it is still
/// asked for and changes nothing otherwise.
/// </summary>
public sealed class ModelProfile
{
    private readonly List<int> _facts = [];

    /// <summary>The id of the event that wants to be woken for; 0 = none.</summary>
    public int Open { get; private set; }

    public IReadOnlyList<int> Facts => _facts;

    /// <summary>Folds an entry; answers the fact, or null if the entry changes nothing.</summary>
    public int? Fold(ModelEntry entry, bool dropsRepeats, Mutation mutation)
    {
        if (entry.IsWakeUp)
        {
            if (Open != entry.Id && mutation != Mutation.RepeatWakeUps) return null;
            Open = 0;
            _facts.Add(-entry.Id);
            return -entry.Id;
        }

        if (dropsRepeats && _facts.Contains(entry.Id)) return null;
        if (entry.Id % 3 == 0) Open = entry.Id;
        _facts.Add(entry.Id);
        return entry.Id;
    }

    public byte[] ToBytes() => MemoryMarshal.AsBytes<int>(_facts.Prepend(Open).ToArray()).ToArray();

    public static ModelProfile Read(byte[] bytes)
    {
        var numbers = MemoryMarshal.Cast<byte, int>(bytes);
        var profile = new ModelProfile { Open = numbers[0] };
        profile._facts.AddRange(numbers[1..]);
        return profile;
    }
}
