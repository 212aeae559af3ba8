using System.Numerics;

namespace Personalization.Algorithms.Recommendation.Indexing;

/// <summary>
/// Many short arrays of power-of-two length in few long ones: blocks are cut from pages of 2¹⁶ elements and go back to a free list per length. There
/// is
/// no object per block, so a million lists cost the garbage collector nothing, and memory that is given back is used again.
/// </summary>
internal sealed class SlabPool<T>
    where T : unmanaged
{
    private const int PageBits = 16;
    private const int PageLength = 1 << PageBits;
    private readonly SizeClass[] _classes = new SizeClass[PageBits + 1];
    private T[][] _pages = new T[4][];
    private int _pageCount;

    /// <summary>The longest block.</summary>
    public const int MaxLength = PageLength;

    public SlabPool() => _classes.AsSpan().Fill(new SizeClass { Free = [], NextOffset = PageLength });

    public long AllocatedBytes => (long)_pageCount * PageLength * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

    /// <summary>The size class (binary logarithm of the block's length) that holds a number of elements.</summary>
    public static int ClassFor(int length) => BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, length)));

    public Span<T> Span(int block, int sizeClass) => _pages[block >> PageBits].AsSpan(block & (PageLength - 1), 1 << sizeClass);

    public ref T At(int block, int index) => ref _pages[block >> PageBits][(block & (PageLength - 1)) + index];

    public int Rent(int sizeClass)
    {
        ref var list = ref _classes[sizeClass];
        if (list.FreeCount > 0) return list.Free[--list.FreeCount];
        if (list.NextOffset + (1 << sizeClass) > PageLength)
        {
            if (_pageCount == _pages.Length) Array.Resize(ref _pages, _pages.Length * 2);
            _pages[_pageCount] = new T[PageLength];
            list.Page = _pageCount++;
            list.NextOffset = 0;
        }

        var block = (list.Page << PageBits) | list.NextOffset;
        list.NextOffset += 1 << sizeClass;
        return block;
    }

    public void Return(int block, int sizeClass)
    {
        ref var list = ref _classes[sizeClass];
        if (list.FreeCount == list.Free.Length) Array.Resize(ref list.Free, Math.Max(16, list.Free.Length * 2));
        list.Free[list.FreeCount++] = block;
    }

    private struct SizeClass
    {
        public int[] Free;
        public int FreeCount;
        public int Page;
        public int NextOffset;
    }
}
