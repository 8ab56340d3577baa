# What is wrong with a destination, a file line or an original.

dest-exists = {$dest} exists already
dest-foreign = {$dest} has {$foreign}
dest-differs = {$dest} exists already, and {$path} is not the same in it
dest-unfinished = another run is writing to {$dest}, or was killed
dest-overtaken = another run has written to {$dest} in the meantime: nothing of this one was published
originals-too-much = the originals have more than {$limit} bytes: nothing was published
nothing-published = {$error}; nothing was published
sink-stopped = stopped by a signal; nothing was published
manifest-unusable = the manifest cannot be used: {$reason}
line-local-file = {$path}: it names a local file
line-in-destination = {$path}: the file that it names, {$file}, lies in the destination
line-relative-url = {$path}: its URL is relative
line-mismatch = {$path} is not what its line says: {$mismatch}
line-mixed-parts = {$path} began with text, and a url or file cannot continue it
line-bad-host = `source.host` of the begin frame is not a URL
name-file-and-folder = {$path} is a file here, and a folder in another line
name-folder-and-file = {$folder} is a folder in {$path}, and a file in another line
name-twice = {$path} was given before; names that differ only in case or Unicode form count as the same, since they are one file on some systems
name-spelling = the folder {$folder} of {$path} was given before in another spelling (case or Unicode form); the two are one folder on some systems
name-manifest = {$path} is the list of files that the sink itself writes
mismatch-bytes = it has {$found ->
    [one] 1 byte
   *[other] {$found} bytes
} instead of {$promised}
mismatch-sha256 = its SHA-256 is {$found} instead of {$promised}
foreign-and-more = {$named} and {$more} more
foreign-unlisted = {$named}, which its manifest does not list
foreign-no-dataset = {$named}, and no dataset of syn-sink
foreign-no-folder = something that is not a folder
foreign-no-file = something that is not a file
foreign-no-archive = a file that is no archive of syn-sink: it has no manifest
foreign-no-lines = a file of something else than item lines or file lines
original-over-limit = it is larger than the limit of {$limit} bytes
original-not-the-file = the server sent {$found} instead of {$kind}
original-cut = the image breaks off before its end, and the server announced no length
kind-image = an image
kind-video = a video
kind-audio = a recording
kind-pdf = a PDF document
kind-point-cloud = a point cloud
kind-file = the file
found-nothing = an empty body
found-html = an HTML page
found-text = text
found-unknown = other data
divided-other-of = parts of {$of}
divided-other-list = parts of another list
divided-other-options = parts with another --max-file-bytes, --allow-private-urls or --base-url
divided-other = {$dest} holds {$there}, which are not joined yet
divided-leftover = {$dest} holds what another run has left
divided-missing = {$count} of {$of} parts are not at {$dest}, {$first}/{$of} is one of them
divided-damaged = the manifest of part {$part} at {$dest} cannot be used: {$reason}
divided-differs = {$path} in part {$part} is not what the list asks for
divided-lost = {$path} is not at {$dest} any more, or has another size
divided-no-place = {$dest}: parts go to a folder, S3, Google Cloud Storage and Azure
divided-no-rename = {$dest}: parts become a folder by one rename, and this one is a mount point, holds the current folder, or lies in a folder that may not be written to
