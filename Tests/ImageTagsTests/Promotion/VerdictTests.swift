import ImageTags
import OCIRegistry
import Testing

@Suite("How a move of several tags ends")
struct VerdictTests {
    private let old = SHA2.digest(of: [1], .sha256)
    private let new = SHA2.digest(of: [2], .sha256)
    private let foreign = SHA2.digest(of: [3], .sha256)
    private let a: OCIRegistry.Tag
    private let b: OCIRegistry.Tag
    private let c: OCIRegistry.Tag
    /// `a` moves, `b` is new, `c` is there already.
    private let plan: MovePlan

    init() throws {
        (a, b, c) = (try OCIRegistry.Tag("a"), try OCIRegistry.Tag("b"), try OCIRegistry.Tag("c"))
        plan = MovePlan([a, b, c, a], to: new, before: [a: old, c: new])
    }

    @Test("a plan has each tag once, in order, and writes only what is not there")
    func moves() {
        #expect(plan.moves.map(\.tag) == [a, b, c])
        #expect(plan.writes == [TagMove(a, from: old, to: new), TagMove(b, from: nil, to: new)])
        #expect(plan.left == [old])
    }

    @Test("two tags that leave one digest leave it once")
    func leftOnce() {
        #expect(MovePlan([a, b], to: new, before: [a: old, b: old]).left == [old])
    }

    @Test("committed is only what was read back as the target, every tag of it")
    func committed() {
        #expect(Verdict(plan, observed: [a: new, b: new, c: new]) == .committed)
        #expect(Verdict(plan, observed: [a: new, b: new]) == .conflicted)
        #expect(Verdict(plan, observed: [a: new, b: nil, c: new]) == .conflicted)
        #expect(Verdict(plan, observed: [a: new, b: foreign, c: new]) == .conflicted)
    }

    @Test("rolled back is only what was read back as it was before, new tags gone")
    func rolledBack() {
        #expect(Verdict(plan, observed: [a: old, b: nil, c: new]) == .rolledBack)
        #expect(Verdict(plan, observed: [a: old, c: new]) == .conflicted)
        #expect(Verdict(plan, observed: [a: old, b: new, c: new]) == .conflicted)
        #expect(Verdict(plan, observed: [a: foreign, b: nil, c: new]) == .conflicted)
        #expect(Verdict(plan, observed: [:]) == .conflicted)
    }

    @Test("what was written is undone, the last first")
    func restoration() {
        let observed: [OCIRegistry.Tag: Digest?] = [a: new, b: new, c: new]
        #expect(
            Restoration.of(plan.writes, observed: observed) == [.delete(b), .point(a, at: old)])
    }

    @Test("what somebody else wrote, what was never tried and what cannot be read is left alone")
    func leftAlone() {
        let first = Array(plan.writes.prefix(1))
        #expect(Restoration.of(plan.writes, observed: [a: foreign, b: new]) == [.delete(b)])
        #expect(Restoration.of(first, observed: [a: new, b: new]) == [.point(a, at: old)])
        #expect(Restoration.of(plan.writes, observed: [b: new]) == [.delete(b)])
        #expect(Restoration.of(plan.writes, observed: [a: old, b: nil]).isEmpty)
        #expect(Restoration.of(plan.moves, observed: [c: new]).isEmpty)
    }
}
