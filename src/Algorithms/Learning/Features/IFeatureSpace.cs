namespace Personalization.Algorithms.Learning.Features;

/// <summary>Gives names of features their index.</summary>
public interface IFeatureSpace
{
    /// <summary>The index of a name; −1 where it is unknown. Never changes the space, so it is the one for predicting.</summary>
    int Find(ReadOnlySpan<char> name);

    /// <summary>The index of a name, which is added if it is new. The one for learning.</summary>
    int FindOrAdd(ReadOnlySpan<char> name);

    /// <summary>The index of a category of a name (<c>name=category</c>); −1 where it is unknown.</summary>
    int Find(ReadOnlySpan<char> name, ReadOnlySpan<char> category);

    /// <summary>The index of a category of a name, which is added if it is new.</summary>
    int FindOrAdd(ReadOnlySpan<char> name, ReadOnlySpan<char> category);

    /// <summary>The index of the interaction of two features; −1 where it is unknown. Symmetric in its arguments.</summary>
    int FindCross(int first, int second);

    /// <summary>The index of the interaction of two features, which is added if it is new. Symmetric in its arguments.</summary>
    int FindOrAddCross(int first, int second);
}
