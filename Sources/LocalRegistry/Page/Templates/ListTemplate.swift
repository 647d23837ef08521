/// The page at `/`.
enum ListTemplate {
    static let text = """
        {{<layout}}{{$content}}
        <h1>Repositories</h1>
        <dl class="facts">
        <div><dt>Repositories</dt><dd class="number">{{repositoryCount}}</dd></div>
        <div><dt>Store size</dt><dd class="number">{{storeSize}}</dd></div>
        </dl>
        {{#isEmpty}}
        <section class="empty">
        <h2>This registry is empty</h2>
        <p>Push the first image: replace <code>my-image</code> with the name of one that \
        <code>docker images</code> lists.</p>
        <pre class="copy"><code>{{pushCommand}}</code></pre>
        <p class="note">A click on the line selects all of it. This page shows the image as soon \
        as its manifest has arrived.</p>
        </section>
        {{/isEmpty}}
        {{^isEmpty}}
        <section class="push">
        <h2>Push an image</h2>
        <pre class="copy"><code>{{pushCommand}}</code></pre>
        </section>
        {{>filter}}
        {{#hasRows}}
        <table class="cards">
        <caption class="hidden">Repositories by name</caption>
        <thead><tr><th scope="col">Repository</th><th scope="col">Newest tags</th>\
        <th scope="col" class="number">Tags</th><th scope="col" class="number">Size</th>\
        <th scope="col" class="number">Last push</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr>
        <th scope="row" class="lead"><a href="{{path}}">{{name}}</a></th>
        <td data-label="Newest tags" class="tags">{{#tags}}<code class="tag">{{.}}</code> {{/tags}}\
        {{^tags}}<span class="note">none</span>{{/tags}}</td>
        <td data-label="Tags" class="number">{{tagCount}}</td>
        <td data-label="Size" class="number">{{size}}</td>
        <td data-label="Last push" class="number when">{{#pushed}}{{>moment}}{{/pushed}}\
        {{^pushed}}<span class="note">never</span>{{/pushed}}</td>
        </tr>
        {{/rows}}
        </tbody>
        </table>
        {{/hasRows}}
        {{^hasRows}}
        <p class="none">No repository's name contains what you are looking for.</p>
        {{/hasRows}}
        {{>pager}}
        {{/isEmpty}}
        {{/content}}{{/layout}}
        """

    /// A moment: how long ago, and exactly.
    static let moment =
        "<time datetime=\"{{exact}}\" title=\"{{exact}}\">{{relative}}</time>"
}
