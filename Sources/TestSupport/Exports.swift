// Who tests with stacks needs the basics too; those who test without them import these alone.
@_exported public import TestBasics
