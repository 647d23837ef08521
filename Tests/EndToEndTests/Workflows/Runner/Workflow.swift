import ConfigurationFile
import TestSupport

/// A workflow's file, as far as a runner reads it. A key that is not known here is an error: what it asks for
/// would not be done.
struct Workflow {
    struct Step {
        var id: String?
        var name: String
        var condition: String?
        var environment: [String: String]
        var run: String?
        var folder: String?
        var uses: String?
        var with: [String: String]
    }

    struct Job {
        var name: String
        var needs: [String]
        var condition: String?
        var label: String
        var image: String?
        var environment: [String: String]
        var outputs: [String: String]
        var minutes: Int
        var steps: [Step]
    }

    /// Where it stands in the checkout.
    let path: String
    let name: String
    /// What sets it off.
    let triggers: Set<String>
    /// The inputs that somebody who starts it by hand may give.
    let inputs: Set<String>
    let environment: [String: String]
    /// Each after those that it needs.
    private(set) var jobs: [Job]

    init(path: String, text: String) throws {
        guard let root = try ConfigurationNode.parse(text, name: path) else {
            throw SupportError("nothing is in \(path)")
        }
        try root.allow(["name", "on", "concurrency", "env", "defaults", "jobs"])
        // What ``StepContainer`` does.
        guard try root["defaults"]?["run"]?["shell"]?.text() == "bash" else {
            throw SupportError("\(path): the shell of the steps has to be bash, with pipefail")
        }
        self.path = path
        name = try root.required("name").text()
        let on = try root.required("on")
        triggers = Set(on.members.map(\.key))
        inputs = Set(on["workflow_dispatch"]?["inputs"]?.members.map(\.key) ?? [])
        environment = try root["env"]?.texts() ?? [:]
        jobs = try Self.ordered(
            try root.required("jobs").members.map { try Job($0.key, $0.value) })
    }

    /// The same with these jobs alone, as if those that they need besides had gone well.
    func only(_ names: Set<String>) -> Workflow {
        var workflow = self
        workflow.jobs = jobs.filter { names.contains($0.name) }
        for index in workflow.jobs.indices {
            workflow.jobs[index].needs = workflow.jobs[index].needs.filter(names.contains)
        }
        return workflow
    }

    /// Jobs in an order in which each comes after those that it needs.
    private static func ordered(_ jobs: [Job]) throws -> [Job] {
        var rest = jobs
        var ordered: [Job] = []
        while !rest.isEmpty {
            let done = Set(ordered.map(\.name))
            guard let next = rest.firstIndex(where: { done.isSuperset(of: $0.needs) }) else {
                throw SupportError("jobs need each other: \(rest.map(\.name))")
            }
            ordered.append(rest.remove(at: next))
        }
        return ordered
    }
}

extension Workflow.Job {
    init(_ name: String, _ node: ConfigurationNode) throws {
        try node.allow([
            "needs", "if", "runs-on", "container", "timeout-minutes", "concurrency", "env",
            "outputs",
            "steps",
        ])
        self.name = name
        needs =
            try node["needs"].map { needs in
                try needs.items?.map { try $0.text() } ?? [try needs.text()]
            } ?? []
        condition = try node["if"]?.text()
        label = try node.required("runs-on").text()
        try node["container"]?.allow(["image"])
        image = try node["container"]?.required("image").text()
        environment = try node["env"]?.texts() ?? [:]
        outputs = try node["outputs"]?.texts() ?? [:]
        minutes = try node.required("timeout-minutes").value(like: "30") { Int($0) }
        steps = try (node.required("steps").items ?? []).map { try Workflow.Step($0) }
    }
}

extension Workflow.Step {
    init(_ node: ConfigurationNode) throws {
        try node.allow(["id", "name", "if", "env", "run", "working-directory", "uses", "with"])
        id = try node["id"]?.text()
        name = try node.required("name").text()
        condition = try node["if"]?.text()
        environment = try node["env"]?.texts() ?? [:]
        run = try node["run"]?.text()
        folder = try node["working-directory"]?.text()
        uses = try node["uses"]?.text()
        with = try node["with"]?.texts() ?? [:]
        guard (run == nil) != (uses == nil) else {
            throw node.error("a step either runs or uses something", "give it one of the two")
        }
    }
}

extension ConfigurationNode {
    fileprivate func required(_ key: String) throws -> ConfigurationNode {
        guard let node = self[key] else { throw error("\(what) has no \"\(key)\"", "add it") }
        return node
    }

    /// A mapping of texts.
    fileprivate func texts() throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try members.map { ($0.key, try $0.value.text()) })
    }
}
