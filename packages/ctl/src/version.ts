/** The Go release whose behaviour is meant, and the version of this package. */
export const VERSION = '1.1.6+ts.0.1.0'
