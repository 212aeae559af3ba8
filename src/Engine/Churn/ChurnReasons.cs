using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Personalization.Algorithms.Lifetime;
using Personalization.Customers;

namespace Personalization.Engine.Churn;

/// <summary>Says in plain words which numbers made a churn score. Dates are in the tenant's time zone.</summary>
internal sealed class ChurnReasons(ChurnBasis basis, DateTimeZone zone)
{
    private readonly List<ChurnReasonView> _reasons = new(6);

    private bool IsOfPurchases => basis == ChurnBasis.Purchases;

    private string Event => IsOfPurchases ? "purchase" : "visit";

    /// <summary>How long nothing came, how often something came before, and how unusual the silence is.</summary>
    public void History(in DayHistory history, long time, string? eventId)
    {
        var silence = history.SilenceAt(time);
        var cited = eventId is null ? "" : $" (event {eventId})";
        Add("silence", silence, $"No {Event} for {silence:0.##} weeks: the last one was on {DateOf(history.LastAt)}{cited}.", eventId, history.LastAt);

        var days = history.Frequency + 1;
        if (history.Frequency == 0)
        {
            Add("frequency", days, $"One {Event} day so far: this customer's own rate is not known yet, the population's stands in for it.");
            return;
        }

        var interval = history.Recency / history.Frequency;
        Add("frequency", days, $"{days} {Event} days within {history.Recency:0.##} weeks: one every {interval:0.##} weeks.");
        Add("rhythm", silence / interval, $"The silence is {silence / interval:0.##} times that interval.");
    }

    public void Alive(ChurnView view, int horizonDays)
    {
        var again = IsOfPurchases ? "buys" : "visits";
        Add("alive", view.ProbabilityAlive,
            $"The customer is still alive with probability {view.ProbabilityAlive:0.###}, and {again} again within {horizonDays} days with probability {1 - view.ChurnProbability:0.###}.");
    }

    public void Threshold(long? crossing, in DayHistory history, double threshold, long time)
    {
        if (crossing is not { } at)
        {
            Add("threshold", threshold, $"P(alive) does not fall below {threshold:0.###} before the year 10000.");
        }
        else if (at == history.LastAt)
        {
            Add("threshold", threshold, $"P(alive) was below {threshold:0.###} from the last {Event} on.", at: at);
        }
        else
        {
            var verb = at < time ? "fell" : "falls";
            Add("threshold", threshold, $"Without a further {Event} P(alive) {verb} below {threshold:0.###} on {DateOf(at)}, {history.SilenceAt(at):0.###} weeks after the last one.", at: at);
        }
    }

    public void Value(double value, ChurnModel model, in SpendStatistics spend) => Add("value", value,
        $"{spend.Purchases} purchase {(spend.Purchases == 1 ? "day" : "days")} of {spend.MeanValue:0.##} on average, drawn towards the population's {model.Value.PopulationMean:0.##}: expect {model.Value.ExpectedValue(spend):0.##} of a further one; the next {model.ValueHorizonDays} days are worth {value:0.##} now.");

    public void NoMoney() => Add("value", 0, $"No lifetime value: the purchases carry no money.");

    public void NoPurchase(bool isPrior)
    {
        if (isPrior) Add("basis", 0, $"No visit and no purchase is known: these are the prior probabilities of anyone on a first visit.");
        else Add("basis", 0, $"No purchase is known: these are probabilities of another visit. A purchase is a visit, so no purchase is at least as likely as no visit.");
    }

    public IReadOnlyList<ChurnReasonView> ToList() => _reasons;

    private void Add(string factor, double value, FormattableString text, string? eventId = null, long? at = null) =>
        _reasons.Add(new ChurnReasonView(factor, value, text.ToString(CultureInfo.InvariantCulture), eventId, at));

    private string DateOf(long time) => LocalDatePattern.Iso.Format(Instant.FromUnixTimeMilliseconds(time).InZone(zone).Date);
}
