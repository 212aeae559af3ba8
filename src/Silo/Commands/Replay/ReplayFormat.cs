namespace Personalization.Silo.Commands.Replay;

/// <summary>What the lines of a file mean.</summary>
public enum ReplayFormat
{
    /// <summary>
    /// REES46 / Open CDP: a header with <c>event_time, event_type (view | cart | purchase | remove_from_cart), product_id, category_id, category_code,
    /// brand, price, user_id, user_session</c>. Each row is one event of customer <c>user_id</c>; a purchase is an order of its own.
    /// </summary>
    Rees46,

    /// <summary>Taobao UserBehavior: no header; user, item, category, <c>pv | cart | fav | buy</c>, time in seconds since 1970.</summary>
    Taobao,

    /// <summary>Sessions as recommendation research keeps them: <c>SessionId, ItemId, Time</c>. Each row is a product view of the anonymous visitor <c>SessionId</c>.</summary>
    Sessions,

    /// <summary>Events as <c>POST /v1/events</c> takes them, one JSON object a line.</summary>
    Events,
}
