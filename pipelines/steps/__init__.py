"""What a sync does, one module a step: pull, map, link, forecast, detect, comment.

Every step takes an open instance and the present instant, keeps other processes out of the same
step, writes its result together with its cursor, and can be killed and run again at any point.
"""
