"""What the storefront and the back office share as web pages: session, identity, access, language, headers."""
