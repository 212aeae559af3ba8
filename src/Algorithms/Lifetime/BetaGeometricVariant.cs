namespace Personalization.Algorithms.Lifetime;

/// <summary>When a customer may drop out.</summary>
public enum BetaGeometricVariant
{
    /// <summary>
    /// BG/NBD: after each repeat purchase (Fader, Hardie and Lee 2005). A customer who never bought again cannot have dropped out, P(alive) = 1
    /// however long ago the purchase was.
    /// </summary>
    BgNbd,

    /// <summary>
    /// MBG/NBD: after every purchase, the first included (E. Batislam, M. Denizel and A. Filiztekin, "Empirical validation and comparison of models
    /// for customer base analysis", 2007; D. Hoppe and U. Wagner, "Customer base analysis: the case for a central variant of the Betageometric/NBD
    /// model", 2007). One-time buyers fade.
    /// </summary>
    MbgNbd,
}
