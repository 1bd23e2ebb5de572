from signals import answered
@answered.connect
def measure(sender, response=None):
    print(len(response.get_data()))
