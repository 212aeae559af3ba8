using System.Text.Json;
using System.Text.Json.Nodes;

namespace Personalization.Load.Fuzz;

/// <summary>A call of the contract, as <c>/openapi/v1.json</c> tells it: what requests are made from.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">With <c>{names}</c> of its parameters.</param>
/// <param name="Query">Names of parameters in the query.</param>
/// <param name="Headers">Names of parameters in headers.</param>
/// <param name="Bodies">Content types with an example of each; a body of lines has none of its own.</param>
internal sealed record ContractCall(string Method, string Path, IReadOnlyList<string> Query, IReadOnlyList<string> Headers, IReadOnlyList<(string ContentType, JsonNode Example)> Bodies)
{
    /// <summary>
    /// Every call but three: a live stream has no end, discarding dead letters would hide what a run looks for, and driving them again makes more of them.
    /// </summary>
    public static IReadOnlyList<ContractCall> Read(JsonElement contract)
    {
        var calls = new List<ContractCall>();
        foreach (var path in contract.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                if (operation.Value.GetProperty("operationId").GetString() is "watchCustomer" or "discardDeadLetter" or "redriveDeadLetter") continue;
                calls.Add(new ContractCall(operation.Name.ToUpperInvariant(), path.Name, Names(operation.Value, "query"), Names(operation.Value, "header"), BodiesOf(operation.Value)));
            }
        }

        return calls;
    }

    private static List<string> Names(JsonElement operation, string place) => !operation.TryGetProperty("parameters", out var parameters)
        ? []
        : [.. parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == place).Select(parameter => parameter.GetProperty("name").GetString()!)];

    private static List<(string, JsonNode)> BodiesOf(JsonElement operation)
    {
        if (!operation.TryGetProperty("requestBody", out var body)) return [];
        var forms = body.GetProperty("content").EnumerateObject().ToList();
        var first = forms.First(form => form.Value.TryGetProperty("example", out _)).Value.GetProperty("example");
        return [.. forms.Select(form => (form.Name, JsonNode.Parse((form.Value.TryGetProperty("example", out var own) ? own : first).GetRawText())!))];
    }
}
