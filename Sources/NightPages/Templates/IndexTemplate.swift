/// The night's page.
enum IndexTemplate {
  static let text = """
    {{> head}}
    <header>
    <p class="over">powercut · night {{night}} · {{date}}</p>
    <h1>{{campaign}}</h1>
    <div class="verdict {{outcomeClass}}">
    <strong><span aria-hidden="true">{{outcomeSign}}</span> {{headline}}</strong>
    <p>{{summary}}</p>
    </div>
    <dl class="numbers">
    {{#numbers}}
    <div><dt>{{words}}</dt><dd>{{number}}</dd></div>
    {{/numbers}}
    </dl>
    </header>
    <main id="content">
    <section aria-labelledby="new">
    <h2 id="new">New since the last night</h2>
    {{^news}}
    <p class="none">{{noNews}}</p>
    {{/news}}
    {{#hasNews}}
    <ul class="cards">
    {{#news}}
    {{> card}}
    {{/news}}
    </ul>
    {{/hasNews}}
    </section>
    {{#hasUndecided}}
    <section aria-labelledby="undecided">
    <h2 id="undecided">Not decided yet</h2>
    <p>These are not made smaller yet, so nobody knows whether they are known. The next start of this campaign does it.</p>
    <ul class="cards">
    {{#undecided}}
    {{> card}}
    {{/undecided}}
    </ul>
    </section>
    {{/hasUndecided}}
    {{#lists}}
    <section aria-labelledby="{{anchor}}">
    <h2 id="{{anchor}}">{{listTitle}}</h2>
    <p>{{listWords}}</p>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="{{anchor}}">
    <table>
    <thead><tr><th scope="col">Finding</th><th scope="col">Target</th><th scope="col">How bad</th><th scope="col">Status</th></tr></thead>
    <tbody>
    {{#items}}
    <tr>
    <th scope="row" class="wide"><a href="{{page}}">{{rule}}: {{failure}}</a></th>
    <td class="name">{{target}}</td><td class="word">{{severity}}</td>
    <td class="wide"><span class="tag {{statusClass}}"><span aria-hidden="true">{{statusSign}}</span> {{statusWord}}</span>{{#remarks}} {{.}}{{/remarks}}</td>
    </tr>
    {{/items}}
    </tbody>
    </table>
    </div>
    </section>
    {{/lists}}
    <section aria-labelledby="canary">
    <h2 id="canary">The canary</h2>
    {{#canaryNone}}
    <p class="none">{{.}}</p>
    {{/canaryNone}}
    {{#hasCanary}}
    <p>A mistake that is known, <code>{{canaryBug}}</code>, is planted once a night. A night that does not find it says nothing about other mistakes.</p>
    <ul class="plain">
    {{#canaryAnswers}}
    <li><span class="tag {{statusClass}}"><span aria-hidden="true">{{statusSign}}</span> {{statusWord}}</span> {{words}}</li>
    {{/canaryAnswers}}
    </ul>
    {{/hasCanary}}
    </section>
    <section aria-labelledby="targets">
    <h2 id="targets">Targets</h2>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="targets">
    <table>
    <caption>Crash states and promises are those of all seeds together; the rate is that of one processor.</caption>
    <thead><tr><th scope="col">Target</th><th scope="col" class="number">Seeds</th><th scope="col" class="number">Crash states</th><th scope="col" class="number">Distinct</th><th scope="col" class="number">Promises</th><th scope="col" class="number">Seeds/s</th><th scope="col">Broken rules</th></tr></thead>
    <tbody>
    {{#targets}}
    <tr>
    <th scope="row" class="name">{{target}}{{#subjects}}<br><span class="faint small">{{.}}</span>{{/subjects}}</th>
    <td class="number">{{seeds}}{{#ranges}}<br><span class="faint small">{{.}}</span>{{/ranges}}</td>
    <td class="number">{{states}}</td><td class="number">{{distinctStates}}</td><td class="number">{{promises}}</td><td class="number">{{rate}}</td>
    <td class="wide">{{^broken}}<span class="faint">none</span>{{/broken}}{{#broken}}{{rule}} <span class="faint">in {{count}}: {{failure}}</span><br>{{/broken}}</td>
    </tr>
    {{/targets}}
    </tbody>
    </table>
    </div>
    {{#hasRemarks}}
    <details>
    <summary>Remarks on the targets</summary>
    <ul class="words small">
    {{#remarks}}
    <li>{{.}}</li>
    {{/remarks}}
    </ul>
    </details>
    {{/hasRemarks}}
    </section>
    <section aria-labelledby="trend">
    <h2 id="trend">Over the nights</h2>
    {{#trend}}
    {{> trend}}
    {{/trend}}
    <div class="scroll" tabindex="0" role="group" aria-labelledby="trend">
    <table>
    <caption>The same in numbers, the last night first.</caption>
    <thead><tr><th scope="col" class="number">Night</th><th scope="col">Began</th><th scope="col" class="number">Seeds</th><th scope="col" class="number">Crash states</th><th scope="col" class="number">Promises</th><th scope="col" class="number">New</th><th scope="col" class="number">Known</th><th scope="col" class="number">Gone</th><th scope="col">powercut</th></tr></thead>
    <tbody>
    {{#nights}}
    <tr{{#isShown}} class="now"{{/isShown}}>
    <th scope="row" class="number">{{night}}</th><td class="time">{{date}}</td><td class="number">{{seeds}}</td><td class="number">{{states}}</td><td class="number">{{promises}}</td><td class="number">{{new}}</td><td class="number">{{known}}</td><td class="number">{{gone}}</td><td>{{versions}}</td>
    </tr>
    {{/nights}}
    </tbody>
    </table>
    </div>
    </section>
    <section aria-labelledby="incomplete">
    <h2 id="incomplete">What is incomplete</h2>
    {{^limits}}
    <p class="none">Nothing: all that was asked for was carried out and judged.</p>
    {{/limits}}
    {{#hasLimits}}
    <ul class="words">
    {{#limits}}
    <li>{{.}}</li>
    {{/limits}}
    </ul>
    {{/hasLimits}}
    </section>
    <section aria-labelledby="workers">
    <h2 id="workers">Workers</h2>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="workers">
    <table>
    <thead><tr><th scope="col">Shard</th><th scope="col">Host</th><th scope="col">Began</th><th scope="col">Took</th><th scope="col">powercut</th><th scope="col">How it ended</th></tr></thead>
    <tbody>
    {{#workers}}
    <tr><th scope="row">{{shard}}</th><td class="name">{{host}}</td><td class="time">{{date}}</td><td class="time">{{duration}}</td><td>{{version}}</td><td class="wide">{{end}}</td></tr>
    {{/workers}}
    </tbody>
    </table>
    </div>
    {{#hasPrograms}}
    <h3>Programs under test</h3>
    <ul class="words">
    {{#programs}}
    <li>{{target}}: {{version}}</li>
    {{/programs}}
    </ul>
    {{/hasPrograms}}
    </section>
    </main>
    {{> foot}}
    """
}
