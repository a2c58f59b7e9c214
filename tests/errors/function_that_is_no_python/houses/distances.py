def far(:
