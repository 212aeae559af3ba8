using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Personalization.Engine.Decisions.Eligibility;

namespace Personalization.Silo.Hosting;

/// <summary>Compares a section of the configuration with the options class that it is bound to: every name and value that does not fit, at once.</summary>
/// <remarks>
/// The binder stops at the first fault and quotes the value. Here a fault is a sentence with the setting's full name and what was probably meant; the value of a key or of a connection is never repeated.
/// A list may be given as a single value.
/// </remarks>
internal static class SettingNames
{
    private static readonly string[] Secrets = ["Keys", "Redis"];

    /// <summary>The faults by the path of the setting, and settings that give lists of a single value as the binder wants them.</summary>
    public static (Dictionary<string, string> Faults, Dictionary<string, string?> Lists) Check(IConfigurationSection section, Type options)
    {
        var (faults, lists) = (new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), new Dictionary<string, string?>());
        CheckObject(section, options, isSecret: false, faults, lists);
        return (faults, lists);
    }

    /// <summary>A top-level section that nothing reads and whose name is nearly that of ours.</summary>
    public static IEnumerable<string> Misspelt(IConfiguration configuration, string name) => configuration.GetChildren()
        .Where(section => !section.Key.Equals(name, StringComparison.OrdinalIgnoreCase) && section.GetChildren().Any() && NearestName.Of(section.Key, [name]) is not null)
        .Select(section => $"The settings under {section.Key} are read by nothing; did you mean {name}?");

    private static void CheckObject(IConfigurationSection section, Type type, bool isSecret, Dictionary<string, string> faults, Dictionary<string, string?> lists)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }).ToArray();
        foreach (var child in section.GetChildren())
        {
            if (Array.Find(properties, property => property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is { } property)
                CheckValue(child, property.PropertyType, isSecret || Secrets.Contains(property.Name), faults, lists);
            else
                faults[child.Path] = $"{child.Path} is no setting{Hint(section, child.Key, properties)}";
        }
    }

    private static string Hint(IConfigurationSection section, string name, PropertyInfo[] properties)
    {
        if (NearestName.Of(name, properties.Select(property => property.Name)) is { } nearest) return $"; did you mean {section.Path}:{nearest}?";
        return $"; {section.Path} has {string.Join(", ", properties.Select(property => property.Name).Order(StringComparer.Ordinal))}";
    }

    private static void CheckValue(IConfigurationSection setting, Type type, bool isSecret, Dictionary<string, string> faults, Dictionary<string, string?> lists)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ElementOf(type) is { } element)
        {
            if (setting.Value is { Length: > 0 } single && !setting.GetChildren().Any() && !IsMap(type)) lists[setting.Path + ":0"] = single;
            else if (setting.Value is { Length: > 0 }) faults[setting.Path] = $"{setting.Path} has parts, such as {setting.Path}:{(IsMap(type) ? "Name" : "0")}, and no value of its own";
            foreach (var child in setting.GetChildren()) CheckValue(child, element, isSecret, faults, lists);
            return;
        }

        if (type == typeof(string) || TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)))
        {
            if (setting.GetChildren().FirstOrDefault() is { } part) faults[part.Path] = $"{part.Path} is no setting: {setting.Path} is one value";
            else if (Fault(setting.Value, type) is { } wanted) faults[setting.Path] = $"{setting.Path} is {(isSecret ? "what it cannot be" : $"'{setting.Value}'")}; it is {wanted}";
            return;
        }

        if (setting.Value is { Length: > 0 }) faults[setting.Path] = $"{setting.Path} has parts, such as {setting.Path}:{type.GetProperties().FirstOrDefault(property => property.CanWrite)?.Name}, and no value of its own";
        CheckObject(setting, type, isSecret, faults, lists);
    }

    /// <summary>What a value should be; null: it is that.</summary>
    private static string? Fault(string? value, Type type)
    {
        if (type == typeof(string) || value is null) return null;
        try
        {
            if (type.IsEnum ? Enum.TryParse(type, value, ignoreCase: true, out var member) && Enum.IsDefined(type, member!) : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null) return null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            // The sentence below says what fits.
        }

        return type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
            : type == typeof(TimeSpan) ? "a span of time such as 00:30:00 or 3.00:00:00"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? string.Create(CultureInfo.InvariantCulture, $"a whole number up to {(type == typeof(int) ? int.MaxValue : long.MaxValue)}")
            : "a number with a decimal point";
    }

    private static bool IsMap(Type type) => type.IsGenericType && typeof(IDictionary).IsAssignableFrom(type);

    private static Type? ElementOf(Type type) =>
        type == typeof(string) ? null
        : type.IsArray ? type.GetElementType()
        : type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1]
        : null;
}
