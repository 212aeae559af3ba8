using BenchmarkDotNet.Running;
using Personalization.Micro.Decisions;
using Personalization.Micro.Gate;

// dotnet run -c Release --project bench/Micro -- gate              bytes per operation against allocations.json
// dotnet run -c Release --project bench/Micro -- decide             a decision's cost by stage
// dotnet run -c Release --project bench/Micro -- --filter '*Fold*' -i  times, by BenchmarkDotNet, in process
if (args is ["gate", ..]) return GateReport.Print(AllocationGate.Run(typeof(Program).Assembly, AllocationBudget.Load()), Console.Out);
if (args is ["decide", ..])
{
    DecisionStages.Print(Console.Out);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
