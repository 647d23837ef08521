import Foundation
import LocalRegistry
import TestSupport
import Testing

/// The page of `publisher prune plan --html`, as a browser shows it.
@Suite(.serialized) struct PruneReportTests {
    private func content() -> DatedContent {
        var content = DatedContent()
        for number in 10..<30 {
            content.image("c\(number)", hours: 100 + number, tags: "sha-\(number)")
        }
        let amd = content.image("amd", hours: 900)
        let arm = content.image("arm", hours: 900)
        content.index([amd, arm], hours: 900, tags: "latest")
        return content
    }

    /// The page of a plan, and that plan.
    private func page(
        _ body: (_ scene: PruneScene, _ plan: PlanDocument, _ html: String) async throws -> Void
    ) async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [latest]", "tags: [\"sha-*\"], newest: 4")
            try await scene.put(content())
            let plan = try await scene.plan("--html", "plan.html")
            let html = String(decoding: try scene.program.home.read("plan.html"), as: UTF8.self)
            try await body(scene, plan, html)
        }
    }

    /// What Chromium makes of a page; its console has to stay silent.
    private func dom(_ scene: PruneScene, _ html: String, _ options: String...) async throws
        -> String
    {
        let file = try scene.program.home.write("page.html", Array(html.utf8))
        let arguments =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                "--user-data-dir=\(scene.program.home.file("chromium"))",
                "--virtual-time-budget=3000", "--dump-dom",
            ] + options + ["file://\(file)"]
        let home = ["HOME": scene.program.home.path, "PATH": "/usr/bin:/bin"]
        let call = ProgramCall(
            Peers.browser, arguments, environment: home, inheritsEnvironment: false)
        let result = try await ChildProcess.run(call, timeout: 120).checked()
        let said = result.stderr.split(separator: "\n").filter { $0.contains("CONSOLE") }
        #expect(said.isEmpty, "\(said)")
        return result.stdout
    }

    /// The page with a script that runs after its own.
    private func html(_ html: String, then script: String) -> String {
        html.replacing("</body>", with: "<script>\(script)</script></body>")
    }

    @Test("shows in a browser all that goes, without a word on its console", .needs(.chromium))
    func shows() async throws {
        try await page { scene, plan, html in
            #expect(plan.digests.count == 16)
            let dom = try await dom(scene, html)
            for digest in plan.digests { #expect(dom.contains("data-digest=\"\(digest)\"")) }
            #expect(dom.contains("class=\"choosable\""))
            #expect(dom.components(separatedBy: "<svg").count == 4)
        }
    }

    @Test("finds tags and digests with its search box, those that stay too", .needs(.chromium))
    func searches() async throws {
        try await page { scene, plan, html in
            let script = """
                const box=document.getElementById("search");
                const shown=text=>{box.value=text;box.dispatchEvent(new Event("input"));
                 return [...document.querySelectorAll("tr[data-digest]")].filter(r=>r.checkVisibility())
                  .map(r=>r.children[1].textContent).join("+")};
                document.title=[shown("SHA-2 no rule"),shown("sha-11"),shown("\(plan.digests.sorted()[0])"),
                 shown("nothing of that kind"),found.textContent].join("|");
                """
            let dom = try await dom(scene, self.html(html, then: script))
            let title = try #require(dom.firstMatch(of: #/<title>(.*?)</title>/#)?.output.1)
            let parts = title.split(separator: "|", omittingEmptySubsequences: false)
            #expect(Set(parts[0].split(separator: "+")) == Set((20..<30).map { "sha-\($0)" }))
            #expect(parts[1] == "sha-11")
            #expect(parts[2].split(separator: "+").count == 1)
            #expect(parts[3] == "" && parts[4] == "0 of 23 digests")
        }
    }

    @Test("draws the digest that is chosen", .needs(.chromium))
    func draws() async throws {
        try await page { scene, plan, html in
            let digest = plan.digests.sorted()[0]
            let script = """
                document.querySelector('tr[data-digest="\(digest)"]').click();
                document.title=document.querySelector("#graph-0 title").textContent;
                """
            let dom = try await dom(scene, self.html(html, then: script))
            #expect(dom.contains("<title>\(digest)</title>"))
        }
    }

    @Test("can be read without script", .needs(.chromium))
    func withoutScript() async throws {
        try await page { scene, plan, html in
            // A browser without script runs none of the page's own; what is measured is measured by ours.
            let still = html.replacing(#/<script>.*?</script>/#.dotMatchesNewlines(), with: "")
            let script = """
                const rows=[...document.querySelectorAll("tr[data-digest]")];
                document.title=rows.filter(r=>r.checkVisibility()).length+" of "+rows.length+" "
                 +document.getElementById("search").checkVisibility();
                """
            let dom = try await dom(scene, self.html(still, then: script))
            // What stays is folded, and opens without script.
            #expect(dom.contains("<title>16 of 23 false</title>"), "\(dom.prefix(400))")
            #expect(dom.contains("<details>") && dom.contains("What goes: 16 digests"))
        }
    }

    @Test(
        "needs no sideways scrolling of the whole page, on the narrowest window too",
        .needs(.chromium))
    func narrow() async throws {
        try await page { scene, plan, html in
            let script = """
                document.querySelectorAll("details").forEach(d=>d.open=true);
                document.title=document.documentElement.scrollWidth<=innerWidth?"fits":"too wide";
                """
            for size in ["360,800", "1400,900"] {
                let dom = try await dom(
                    scene, self.html(html, then: script), "--window-size=\(size)")
                #expect(dom.contains("<title>fits</title>"), "\(size)")
            }
        }
    }
}
