using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Personalization.Micro.Gate;

/// <summary>One benchmark method with one set of parameters, ready to be called without reflection.</summary>
internal sealed class GatedOperation
{
    private readonly Type _type;
    private readonly MethodInfo _method;
    private readonly IReadOnlyList<KeyValuePair<PropertyInfo, object?>> _parameters;

    private GatedOperation(Type type, MethodInfo method, IReadOnlyList<KeyValuePair<PropertyInfo, object?>> parameters)
    {
        _type = type;
        _method = method;
        _parameters = parameters;
        Name = $"{type.Name}.{method.Name}" + (parameters.Count == 0
            ? ""
            : "(" + string.Join(", ", parameters.Select(parameter => string.Create(CultureInfo.InvariantCulture, $"{parameter.Key.Name}={parameter.Value}"))) + ")");
        PerInvoke = method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke;
    }

    /// <summary>As it stands in <c>allocations.json</c>.</summary>
    public string Name { get; }

    /// <summary>Operations in one call of the method.</summary>
    public int PerInvoke { get; }

    /// <summary>All synchronous benchmarks of an assembly. Bytes of asynchronous ones fall on other threads and are not counted here.</summary>
    public static IEnumerable<GatedOperation> In(Assembly assembly) =>
        from type in assembly.GetTypes()
        where type is { IsPublic: true, IsAbstract: false, IsGenericTypeDefinition: false }
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
        where method.IsDefined(typeof(BenchmarkAttribute)) && method.GetParameters().Length == 0 && !IsAwaitable(method.ReturnType)
        from parameters in Combinations(type)
        select new GatedOperation(type, method, parameters);

    /// <summary>Sets a fresh instance up. Answers what calls the method once, and what must be called between measurements.</summary>
    public (Action Call, Action Between, Action Finish) Prepare()
    {
        var target = Activator.CreateInstance(_type)!;
        foreach (var (property, value) in _parameters) property.SetValue(target, value);
        Invoke<GlobalSetupAttribute>(target, setup => setup.Targets);
        return (CallOf(target), () => Invoke<IterationSetupAttribute>(target, setup => setup.Targets), () => Invoke<GlobalCleanupAttribute>(target, cleanup => cleanup.Targets));
    }

    private static bool IsAwaitable(Type type) => typeof(Task).IsAssignableFrom(type)
        || type == typeof(ValueTask)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    private static IEnumerable<IReadOnlyList<KeyValuePair<PropertyInfo, object?>>> Combinations(Type type)
    {
        IEnumerable<IReadOnlyList<KeyValuePair<PropertyInfo, object?>>> all = [[]];
        foreach (var property in type.GetProperties().Where(property => property.IsDefined(typeof(ParamsAttribute))))
        {
            var values = property.GetCustomAttribute<ParamsAttribute>()!.Values;
            all = all.SelectMany(_ => values, (chosen, value) => (IReadOnlyList<KeyValuePair<PropertyInfo, object?>>)[.. chosen, new(property, value)]);
        }

        return all;
    }

    private void Invoke<TAttribute>(object target, Func<TAttribute, string[]> targets)
        where TAttribute : Attribute
    {
        foreach (var method in _type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
        {
            if (method.GetCustomAttribute<TAttribute>() is not { } attribute) continue;
            if (targets(attribute) is { Length: > 0 } names && !names.Contains(_method.Name)) continue;
            if (method.Invoke(target, null) is Task task) task.GetAwaiter().GetResult();
        }
    }

    /// <summary>A typed delegate, so that a call boxes nothing.</summary>
    private Action CallOf(object target)
    {
        if (_method.ReturnType == typeof(void)) return _method.CreateDelegate<Action>(target);
        var make = typeof(GatedOperation).GetMethod(nameof(Discarding), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (Action)make.MakeGenericMethod(_method.ReturnType).Invoke(null, [_method, target])!;
    }

    private static Action Discarding<T>(MethodInfo method, object target)
    {
        var call = method.CreateDelegate<Func<T>>(target);
        return () => call();
    }
}
