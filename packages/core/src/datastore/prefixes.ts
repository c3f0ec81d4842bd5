/**
 * The plan of the key space. One store holds everything of a peer that must outlive the process; the first part of a
 * key says whose it is.
 *
 * | Prefix | Whose | What |
 * |---|---|---|
 * | `/c` | Go release | CRDT consensus: set, heads, delta blocks (`consensus/crdt/keys.ts`); the name is configurable |
 * | `/dht` | Go release | records of the DHT |
 * | `/ts/crdt` | ours | book-keeping of the CRDT consensus: number of pins, which were made when and how many a peer holds, blocks still to be fetched, logged changes |
 * | `/ts/added` | ours | `/ts/added/<CID>`: what was added lately, until the pin of it has come |
 * | `/ts/marks` | ours | `/ts/marks/<peer>`: which peers are under maintenance or drained |
 * | `/ts/index` | ours, reserved | `/ts/index/<field>/<value>/<KEY>`: pins by name, metadata, expiry |
 * | `/ts/status` | ours | `/ts/status/<KEY>`: pins and unpins that failed on this peer, how often, and when it is their turn |
 *
 * A Go peer may be put in place of this one, and back, on the same folder: it reads the first two and leaves everything
 * under `/ts` alone. So what is ours must follow from Go's keys, with four exceptions: a list of blocks to fetch that is
 * missing is found again by a repair, marks are told again by other peers, what was added is looked at and changes that
 * were logged but not yet turned into a delta are written when this program next runs. What is ours must also notice when Go's keys changed
 * behind its back.
 */
export const DHT_PREFIX = '/dht'

/** Everything that a Go peer does not know. Deleting it loses no pin that a delta holds. */
export const OWN_PREFIX = '/ts'
