namespace Personalization.Storage.Tests.Appending;

/// <summary>Runs whatever is started on it at once, on the thread that starts it: so a test knows that a group is under way when the call returns.</summary>
internal sealed class AtOnce : TaskScheduler
{
    protected override void QueueTask(Task task) => TryExecuteTask(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
