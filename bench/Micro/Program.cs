using BenchmarkDotNet.Running;
using Personalization.Micro.Gate;

// dotnet run -c Release --project bench/Micro -- gate              bytes per operation against allocations.json
// dotnet run -c Release --project bench/Micro -- --filter '*Fold*'  times, by BenchmarkDotNet
if (args is ["gate", ..]) return GateReport.Print(AllocationGate.Run(typeof(Program).Assembly, AllocationBudget.Load()), Console.Out);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
