using System.CommandLine;
using Personalization.Silo.Commands.Evaluate;

namespace Personalization.Silo.Commands;

/// <summary>The command line: <c>serve</c> is what runs when nothing else is named.</summary>
internal static class CommandLine
{
    public static Task<int> Run(string[] args)
    {
        var root = new RootCommand("A real-time personalization engine: every customer is a virtual actor with live features and online models.")
        {
            EvaluateCommand.Create(),
        };
        ServeCommand.AddTo(root);
        return root.Parse(args).InvokeAsync();
    }
}
