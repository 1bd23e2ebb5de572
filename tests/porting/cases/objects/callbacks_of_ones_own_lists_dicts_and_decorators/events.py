FILTERS = []
TABLE = {}
def filters(function):
    FILTERS.append(function)
    return function
def named(name):
    def keep(function):
        TABLE[name] = function
        return function
    return keep
