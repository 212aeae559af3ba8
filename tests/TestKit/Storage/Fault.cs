namespace Personalization.TestKit.Storage;

/// <summary>What happens to the next write of a faulty log or store.</summary>
public enum Fault
{
    /// <summary>Nothing unusual.</summary>
    None,

    /// <summary>It is written, but the caller sees an exception: the outcome is unknown to it.</summary>
    LostReply,

    /// <summary>It is not written, and the caller sees an exception: the outcome is unknown to it.</summary>
    LostRequest,
}

/// <summary>The broken infrastructure of a test.</summary>
public sealed class InjectedFaultException() : Exception("injected by a test: the outcome is unknown");
