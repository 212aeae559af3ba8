namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>The types of the language.</summary>
internal enum ValueKind
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>A length of time, in milliseconds.</summary>
    Duration,

    /// <summary>A point in time, in milliseconds since 1970-01-01 UTC.</summary>
    Time,

    /// <summary>A text.</summary>
    Text,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A trait or a value of the request's context: a text, a number or a truth value, known when it is there.</summary>
    Open,

    /// <summary>The word null.</summary>
    Null,
}
