"""What keeps one use of a key from being mistaken for another? Every label of the protocol, in one place.

A label is ASCII, ends in a zero byte and begins no other, so that `label + value` has one reading. "porchlight 1" is
the version of the protocol: whoever changes a construction changes it too, and hubs of both versions stay strangers.
"""

BLOCK_SIGNATURE = b"porchlight 1 block signature\0"
BLOCK_SEAL = b"porchlight 1 block seal\0"
BLOCK_KEY = b"porchlight 1 block key\0"
NEXT_DAY = b"porchlight 1 next day\0"
CONTROL = b"porchlight 1 control\0"
CONTROL_KEY = b"porchlight 1 control key\0"
SEALED_BOX = b"porchlight 1 sealed box\0"
MEMBER_SALT = b"porchlight 1 member salt\0"
MEMBER_BOX = b"porchlight 1 member box\0"
MEMBER_SIGNING = b"porchlight 1 member signing\0"
CODE_SALT = b"porchlight 1 code salt\0"
CODE_BOX = b"porchlight 1 code box\0"
CODE_WORDS = b"porchlight 1 code words\0"
COORDINATOR_SALT = b"porchlight 1 coordinator salt\0"
POD_LAYER = b"porchlight 1 pod layer\0"
POD_LAYER_KEY = b"porchlight 1 pod layer key\0"
POD_BELL = b"porchlight 1 pod bell\0"
POD_DAILY_TAG = b"porchlight 1 pod daily tag\0"
POD_KEY_WRAP = b"porchlight 1 pod key wrap\0"
VOICE_ID = b"porchlight 1 voice id\0"
POD_CODE = b"porchlight 1 pod code\0"
ROSTER_HASH = b"porchlight 1 roster\0"
MODERATION = b"porchlight 1 moderation\0"
