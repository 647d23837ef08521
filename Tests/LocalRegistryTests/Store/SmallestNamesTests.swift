import Testing

@testable import LocalRegistry
import TestSupport

@Suite("Pages of names") struct SmallestNamesTests {
    @Test("a page is what a plain sort gives, whatever the names, their order and the page's size")
    func pages() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<300 {
            let names = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                name(using: &random)
            }
            let unique = Array(Set(names)).shuffled(using: &random)
            let limit = Int.random(in: 0..<20, using: &random)
            let last = random.oneIn(3) ? nil : name(using: &random)
            var page = SmallestNames(limit: limit, after: last)
            for name in unique { page.offer(name) }
            let sorted = unique.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .filter { name in last.map { $0.utf8.lexicographicallyPrecedes(name.utf8) } ?? true
                }
            #expect(page.sorted() == Array(sorted.prefix(limit)))
        }
    }

    private func name(using random: inout SeededRandom) -> String {
        let letters = ["a", "b", "Z", "-", ".", "_", "0"]
        return (0..<Int.random(in: 1..<5, using: &random)).map { _ in
            letters.randomElement(using: &random) ?? "a"
        }.joined()
    }
}
