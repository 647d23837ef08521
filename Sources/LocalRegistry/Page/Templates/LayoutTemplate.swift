/// The frame of every page.
enum LayoutTemplate {
    static let text = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{chrome.title}}</title>
        <style>\(Stylesheet.text)</style>
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="bar">
        <a class="brand" href="/"><svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">\
        <path d="M12 2.5 21 7.2 12 11.9 3 7.2Z"/>\
        <path class="line" d="m3.6 11.9 8.4 4.4 8.4-4.4M3.6 16.3l8.4 4.4 8.4-4.4"/>\
        </svg><span>{{chrome.serverName}}</span></a>
        <span class="where"><code>{{chrome.address}}</code><span class="dialect">{{chrome.dialect}} dialect</span></span>
        </header>
        <main id="content" tabindex="-1">
        {{$content}}{{/content}}
        </main>
        <footer class="bar">
        <span>{{chrome.serverName}}</span>
        <span>as of <time datetime="{{chrome.now}}">{{chrome.now}}</time></span>
        </footer>
        </body>
        </html>

        """

    /// A field that filters a list without a script.
    static let filter = """
        <form class="filter" role="search" action="{{filter.action}}" method="get">
        <label for="q">{{filter.label}}</label>
        <input type="search" id="q" name="q" value="{{filter.value}}" maxlength="128" \
        autocapitalize="none" autocomplete="off" spellcheck="false">
        <button type="submit">Filter</button>
        {{#filter.clear}}<a class="clear" href="{{.}}">Show all</a>{{/filter.clear}}
        </form>

        """

    /// Links to the first and to the next page of a list.
    static let pager = """
        {{#pager}}
        <nav class="pager" aria-label="Pages">
        {{#first}}<a href="{{.}}">First page</a>{{/first}}
        {{#following}}<a rel="next" href="{{.}}">Next page</a>{{/following}}
        </nav>
        {{/pager}}

        """

    /// Where there is nothing to see.
    static let notFound = """
        {{<layout}}{{$content}}
        <section class="empty">
        <h1>Nothing here</h1>
        <p>{{message}}</p>
        <p><a href="/">All repositories</a></p>
        </section>
        {{/content}}{{/layout}}
        """
}
