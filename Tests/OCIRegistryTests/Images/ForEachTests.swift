import Testing

@testable import OCIRegistry

@Suite struct ForEachTests {
    @Test func theFirstErrorCancelsTheRest() async throws {
        let clock = ContinuousClock()
        let time = await clock.measure {
            let error = await thrown {
                // The one that fails comes last: whoever waits for the first never sees it.
                try await forEach([600, 0], parallel: 2) { seconds in
                    guard seconds > 0 else { throw OCIError(.denied, "no") }
                    try await Task.sleep(for: .seconds(seconds))
                }
            }
            #expect(error?.kind == .denied)
        }
        #expect(time < .seconds(60))
    }
}
