/** The Go release whose behaviour is meant. */
const GO_RELEASE = '1.1.6'

/** The release of this project. */
const RELEASE = '0.1.0'

/** What the programs and `/version` say: the Go release that is meant, then the release of this project. */
export const VERSION = `${GO_RELEASE}+ts.${RELEASE}`
