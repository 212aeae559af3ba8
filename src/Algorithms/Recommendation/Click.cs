namespace Personalization.Algorithms.Recommendation;

/// <summary>One item seen in one session: what every recommender of this folder learns from, one at a time.</summary>
/// <param name="Session">64-bit identity of the session, for example a hash of customer and session start. Spread or dense, both are fine.</param>
/// <param name="Item">64-bit identity of the item, for example hash64(tenant, itemId). Equal scores are ordered by it, the higher first.</param>
/// <param name="Time">Event time in milliseconds since the Unix epoch. It may lie before that of an earlier click: decayed weights
/// take it in as if it had come in time; the order <i>inside</i> a session is the order of arrival.</param>
public readonly record struct Click(ulong Session, ulong Item, long Time);
