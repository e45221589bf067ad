/// How every page begins and ends.
enum PageHead {
  /// By which a page of ours is known.
  static let generator = #"<meta name="generator" content="powercut">"#

  static let text = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    \(generator)
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:; base-uri 'none'; form-action 'none'">
    <link rel="icon" href="data:,">
    <title>{{pageTitle}}</title>
    <style>
    {{> style}}
    </style>
    </head>
    <body>
    <a class="skip" href="#content">To the content</a>
    """

  static let foot = """
    <footer>
    <p>Made by powercut {{toolVersion}}. The same as text: <code>powercut report {{campaignFolder}} --night {{night}}</code></p>
    </footer>
    </body>
    </html>

    """
}
