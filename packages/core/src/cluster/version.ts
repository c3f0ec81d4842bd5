/** The Go release whose behaviour is meant. */
const GO_RELEASE = '1.1.6'

/** The release of this package; a test compares it with package.json. */
const PACKAGE_VERSION = '0.1.0'

/** What `/version` and the programs say: the Go release that this peer stands in for, then the release of this code. */
export const VERSION = `${GO_RELEASE}+ts.${PACKAGE_VERSION}`
