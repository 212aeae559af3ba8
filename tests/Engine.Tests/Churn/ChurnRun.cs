using NodaTime;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Tests.Churn;

/// <summary>A customer whose purchases go through the fold and whose profile is scored.</summary>
internal sealed class ChurnRun
{
    public const long Week = 7 * FoldRun.Day;
    public const long Start = FoldRun.Noon;

    public ChurnRun(ChurnOptions? options = null, DateTimeZone? zone = null)
    {
        Fold = new FoldRun(new FoldSettings { Zone = zone ?? DateTimeZone.Utc });
        Scorer = new ChurnScorer(Fold.Settings, ChurnModel.From(options ?? new ChurnOptions()));
    }

    public FoldRun Fold { get; }

    public ChurnScorer Scorer { get; }

    public static long At(double weeks) => Start + (long)Math.Round(weeks * Week);

    public ChurnRun Buy(double week, decimal? value = null, string? order = null) => BuyAt(At(week), value, order);

    public ChurnRun BuyAt(long time, decimal? value = null, string? order = null)
    {
        Fold.Apply(new CustomerEvent { Type = EventType.Purchase, Value = value, BaseValue = value, OrderId = order }, time);
        return this;
    }

    public ChurnRun BuyWeekly(int lastWeek)
    {
        for (var week = 0; week <= lastWeek; week++) Buy(week);
        return this;
    }

    public ChurnRun Visit(double week)
    {
        Fold.Event(EventType.ProductViewed, At(week), "shoe");
        return this;
    }

    public ChurnView Score(double week, string? eventId = null) => Scorer.Score(Fold.Profile, At(week), eventId);

    public ChurnView ScoreAt(long time) => Scorer.Score(Fold.Profile, time);
}
