using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Personalization.Grains.Tests")]
