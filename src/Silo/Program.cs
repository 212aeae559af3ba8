using Personalization.Silo.Commands;

return await CommandLine.Run(args);
