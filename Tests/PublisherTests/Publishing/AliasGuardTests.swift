import FoundationEssentials
import Testing

@testable import Publisher

@Suite("Whose an alias is")
struct AliasGuardTests {
    @Test("the image that was made first leaves it to the other")
    func times() {
        let early = Timestamp.parse("2026-07-01T10:00:00.123456789Z")
        let late = Timestamp.parse("2026-07-01T13:00:00+02:00")
        #expect(early != nil && late != nil)
        #expect(AliasGuard.reasonToLeave(holder: late, candidate: early) != nil)
        #expect(AliasGuard.reasonToLeave(holder: early, candidate: late) == nil)
        #expect(AliasGuard.reasonToLeave(holder: late, candidate: late) == nil)
        #expect(AliasGuard.reasonToLeave(holder: nil, candidate: late) == nil)
        #expect(AliasGuard.reasonToLeave(holder: early, candidate: nil) == nil)
    }

    @Test("what is no time is none", arguments: ["", "yesterday", "0001"])
    func noTime(text: String) { #expect(Timestamp.parse(text) == nil) }
}
