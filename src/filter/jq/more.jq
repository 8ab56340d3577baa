# Filters of jq that jaq does not bring.

def toarray: if isarray then . else [.] end;
def ascii: [.] | implode;
def trimstr($x): ltrimstr($x) | rtrimstr($x);
def leaf_paths: paths(scalars);

# Tables in memory, and membership in a stream.
def INDEX(rows; f): reduce rows as $row ({}; .[$row | f | tostring] = $row);
def INDEX(f): INDEX(.[]; f);
def IN(xs): . as $x | any(xs; . == $x);
def IN(from; xs): any(from; IN(xs));

# A list as a line of a table.
def _cells(text):
  map(if isstring then text elif . == null then "" elif isnumber or isboolean then tostring
      else error("\(type) is no cell of a table") end);
def @csv: _cells("\"" + gsub("\""; "\"\"") + "\"") | join(",");
def @tsv: _cells(gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")) | join("\t");
