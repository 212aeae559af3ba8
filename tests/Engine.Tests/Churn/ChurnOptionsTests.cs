using Personalization.Configuration;

namespace Personalization.Engine.Tests.Churn;

public sealed class ChurnOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(PersonalizationOptionsValidator.Validate(new PersonalizationOptions()));

    [Fact]
    public void Every_fault_is_told_at_once_by_the_setting_s_full_name()
    {
        var churn = new ChurnOptions
        {
            R = 0,
            Alpha = double.NaN,
            A = -1,
            B = double.PositiveInfinity,
            Threshold = 1,
            HorizonDays = 0,
            Fit = new ChurnFitOptions { Sample = 1, MinCustomers = 1 },
            Activity = new ActivityChurnOptions { R = 0, Alpha = 0, A = 0, B = 0 },
            Value = new LifetimeValueOptions { P = 0, Q = 1, V = 0, HorizonDays = 0, AnnualDiscountRate = -.1 },
        };
        var faults = PersonalizationOptionsValidator.Validate(new PersonalizationOptions { Churn = churn });
        string[] expected = ["R", "Alpha", "A", "B", "Activity:R", "Activity:Alpha", "Activity:A", "Activity:B", "Value:P", "Value:V", "Value:Q", "Threshold", "Fit:Sample", "Fit:MinCustomers", "HorizonDays", "Value:HorizonDays", "Value:AnnualDiscountRate"];
        Assert.Equal(expected.Select(name => $"Personalization:Churn:{name}"), faults.Select(fault => fault[..fault.IndexOf(' ', StringComparison.Ordinal)]));
    }
}
