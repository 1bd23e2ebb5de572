from blinker import Namespace
names = Namespace()
answered = names.signal("answered")
lonely = names.signal("lonely")
