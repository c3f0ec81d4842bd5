export { encodeMultipart, newBoundary } from './multipart.ts'
export { Upload } from './upload.ts'
