using Personalization.Load;

return await LoadCommandLine.Run(args);
