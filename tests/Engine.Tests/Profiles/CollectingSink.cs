using System.Text.Json;
using Personalization.Algorithms.Recommendation;
using Personalization.Engine.Profiles;
using Personalization.Stores;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>Keeps what a fold tells.</summary>
public sealed class CollectingSink : IFoldSink
{
    public List<OutboxItem> Items { get; } = [];

    public Dictionary<ulong, string> Names { get; } = [];

    public List<Click> Clicks { get; } = [];

    public int Purchases { get; private set; }

    public void Purchased() => Purchases++;

    public void Click(in Click click) => Clicks.Add(click);

    public void Emit(OutboxItem item) => Items.Add(item);

    public void Name(ulong hash, string name) => Names[hash] = name;

    public JsonElement Json(int index) => JsonDocument.Parse(Items[index].Bytes).RootElement;
}
