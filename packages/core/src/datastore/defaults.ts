/** Bytes of uncompressed blocks that LevelDB keeps in memory. Reads of a working set beyond it go to the page cache. */
export const DEFAULT_CACHE_SIZE = 32 * 1024 * 1024

/** Bytes of the log before LevelDB makes a table of it. Larger writes faster and takes up to twice that memory. */
export const DEFAULT_WRITE_BUFFER_SIZE = 8 * 1024 * 1024

/** Reads of up to this many keys are done at once, on the thread that asks. */
export const SMALL_READ = 8

/** One of so many reads goes to another thread, so that others have a turn: some 10 ms of work that each read brings. */
export const READS_IN_A_ROW = 128

/** Most entries in a chunk of a listing. */
export const CHUNK_ENTRIES = 1000

/**
 * Most entries in its first chunk, from which they double: who lists a page seldom wants much more, and the first line is
 * there sooner.
 */
export const FIRST_CHUNK_ENTRIES = 100

/** Bytes after which a chunk of a listing is closed, even if it has fewer entries. */
export const CHUNK_BYTES = 256 * 1024

/** After a failed write, milliseconds to wait before the store is reopened to try again. */
export const DEFAULT_REOPEN_DELAY = 1000

/** Free bytes on the disk below which reopening after a failed write is not even tried. */
export const MIN_FREE_BYTES = 16 * 1024 * 1024

/** Bytes of used-up iterators and batches after which the garbage collector is called: once in some 200 listings. */
export const MAX_NATIVE_GARBAGE = 16 * 1024 * 1024

/** Bytes that an iterator of classic-level takes for itself, and for each entry that it was asked for at once. */
export const ITERATOR_BYTES = 512
export const ENTRY_BYTES = 64
