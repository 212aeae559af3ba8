using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Personalization.Configuration;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Actions;

/// <summary>Actions as documents: compiled before they are kept, so that what is stored can be decided for.</summary>
internal sealed class ActionResource(ActionTable table, EligibilityScope scope, PersonalizationOptions options, TimeProvider time)
    : DocumentResource<ActionDefinition>("action", table, GatewayJson.Readable.ActionDefinition, options)
{
    /// <inheritdoc />
    protected override string IdOf(ActionDefinition value) => value.ActionId;

    /// <inheritdoc />
    protected override ActionDefinition? Read(ref Utf8JsonReader reader, string? id, out DocumentFault? fault)
    {
        var action = ActionParser.Read(ref reader, id, time.GetUtcNow().UtcDateTime, out var error);
        fault = error is null ? null : new DocumentFault(error);
        if (action is null || LibraryAction.Compile(action, scope, out var wrong) is not null) return action;
        fault = new DocumentFault(wrong!.Message, wrong.Column);
        return null;
    }

    /// <inheritdoc />
    protected override async ValueTask<DocumentFault?> Check(ActionDefinition value, CancellationToken cancellation) =>
        await table.HasRoomFor(value.ActionId, cancellation)
            ? null
            : new DocumentFault(string.Create(CultureInfo.InvariantCulture, $"the library is full: it holds at most {ActionLibrary.MaxActions:N0} actions"));

    /// <inheritdoc />
    protected override IResult Page(IReadOnlyList<ActionDefinition> values, string? next, IReadOnlyList<string>? unreadable) =>
        JsonAnswer.Of(new ActionListResponse(values, next, unreadable), GatewayJson.Readable.ActionListResponse);
}

/// <summary>A page of the action library.</summary>
/// <param name="Actions">Actions in the order of their ids.</param>
/// <param name="Next">The cursor of the next page; null = there is none.</param>
/// <param name="Unreadable">The ids of actions that are stored and cannot be read; left out where there are none.</param>
public sealed record ActionListResponse(
    IReadOnlyList<ActionDefinition> Actions, string? Next,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Unreadable = null);
