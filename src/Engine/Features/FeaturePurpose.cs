namespace Personalization.Engine.Features;

/// <summary>What customer data is read for: each feature states one, and a customer who refuses it is a stranger to the feature.</summary>
public enum FeaturePurpose : byte
{
    /// <summary>None was stated: such a feature is not read.</summary>
    Unstated = 0,

    /// <summary>To run the shop: totals, orders, traits. The consent purpose <c>operation</c>.</summary>
    Operation = 1,

    /// <summary>To choose and foretell for this customer: sessions, affinities, features of decisions, the customer's own parameters, recommendations, churn. The consent purpose <c>personalization</c>.</summary>
    Personalization = 2,

    /// <summary>To write to the customer: what became of messages. The consent purpose <c>marketing</c>.</summary>
    Marketing = 3,

    /// <summary>Nothing of the customer's is read: the request's own values, the clock, the id, and what was consented to.</summary>
    Request = 4,
}

/// <summary>The consent purposes that the engine itself asks for.</summary>
public static class Purposes
{
    /// <summary>See <see cref="FeaturePurpose.Operation"/>.</summary>
    public const string Operation = "operation";

    /// <summary>See <see cref="FeaturePurpose.Personalization"/>. Who refuses it teaches shared models nothing either.</summary>
    public const string Personalization = "personalization";

    /// <summary>See <see cref="FeaturePurpose.Marketing"/>.</summary>
    public const string Marketing = "marketing";

    /// <summary>The consent purpose behind a feature's; null where nothing of the customer's is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The feature states none.</exception>
    public static string? NameOf(FeaturePurpose purpose) => purpose switch
    {
        FeaturePurpose.Operation => Operation,
        FeaturePurpose.Personalization => Personalization,
        FeaturePurpose.Marketing => Marketing,
        FeaturePurpose.Request => null,
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "a feature must state what it is read for"),
    };
}
