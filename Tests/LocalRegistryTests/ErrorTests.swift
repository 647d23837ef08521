import HTTPTypes
import LocalRegistry
import Testing

@Suite("Registry errors")
struct ErrorTests {
    @Test("codes are the specification's own words")
    func codes() {
        #expect(RegistryError(.notFound, .blobUnknown, "").code.rawValue == "BLOB_UNKNOWN")
    }
}
