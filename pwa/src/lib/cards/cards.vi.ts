import type { Card } from './card.ts'
import type { CardCode } from './codes.ts'

export const cards: Record<CardCode, Card> = {
  'DEV-01': {
    people: 'Người mới cầm điện thoại thông minh, mắt kém hoặc tai nghe kém.',
    steps: [
      { tell: 'Bấm nút ở cạnh máy cho sáng màn hình, rồi vuốt từ dưới lên để mở khóa.', resident: 'Bấm nút cạnh máy, rồi vuốt lên để mở.', picture: 'Ngón tay bấm nút ở cạnh điện thoại; trên màn hình có ổ khóa và mũi tên vuốt lên.' },
      { tell: 'Mở Cài đặt, kéo cỡ chữ cho to, kéo âm lượng lên đến khi nghe rõ.', resident: 'Mở Cài đặt, kéo chữ to, tăng tiếng.', picture: 'Màn hình cài đặt có chữ A nhỏ và chữ A to, ngón tay kéo thanh sang phải; bên cạnh là chiếc loa.' },
      { tell: 'Lạc ở đâu cũng vuốt từ mép dưới lên, hoặc bấm nút tròn, là về màn hình đầu.', resident: 'Bị lạc thì vuốt lên, về màn hình đầu.', picture: 'Ngón tay vuốt từ mép dưới lên; điện thoại bên cạnh đã về màn hình đầu với các biểu tượng.' },
      { tell: 'Pin còn dưới 20% thì cắm sạc, đừng để máy tắt hẳn.', resident: 'Pin xuống dưới hai mươi phần trăm thì cắm sạc.', picture: 'Điện thoại báo pin đỏ còn 20% được nối dây vào ổ cắm.' },
    ],
    show: 'Máy đang tối: bác tự mở, tự về màn hình đầu, không cần nhắc.',
    never: 'Không hỏi và không bấm hộ mã mở khóa của bác.',
  },
  'DEV-02': {
    people: 'Nhà có Wi-Fi, hoặc người hay dùng mạng khi ra ngoài.',
    steps: [
      { tell: 'Vuốt từ mép trên xuống, nhấn giữ hình sóng Wi-Fi, chọn tên mạng của nhà.', resident: 'Vuốt từ trên xuống, bấm hình sóng Wi-Fi.', picture: 'Mũi tên vuốt xuống; ngón tay bấm ô có hình sóng Wi-Fi trong bảng ở đầu màn hình.' },
      { tell: 'Người nhà đọc mật khẩu Wi-Fi, bác tự nhập rồi bấm Kết nối.', resident: 'Người nhà đọc mật khẩu Wi-Fi, bác tự nhập.', picture: 'Người nhà đọc mật khẩu Wi-Fi; ô trên máy đã có chấm che, ngón tay của bác bấm nút.' },
      { tell: 'Ra ngoài thì bật dữ liệu di động. Xem phim tốn nhiều tiền mạng, để về nhà xem.', resident: 'Ra ngoài bật dữ liệu di động. Xem phim tốn tiền.', picture: 'Ngón tay gạt nút dữ liệu di động; bên cạnh, một đoạn phim làm rơi ba đồng tiền.' },
      { tell: 'Không mở ứng dụng ngân hàng khi dùng Wi-Fi ở quán, ở bến xe.', resident: 'Không vào ngân hàng bằng Wi-Fi quán, bến xe.', picture: 'Quán có sóng Wi-Fi; thẻ ngân hàng trên điện thoại bị gạch cấm.' },
    ],
    show: 'Bác tự tắt rồi bật lại Wi-Fi, chỉ đúng hình sóng báo đã vào mạng.',
    never: 'Không nhập hộ, không ghi lại mật khẩu Wi-Fi của nhà.',
  },
  'DEV-03': {
    people: 'Người sắp cài ứng dụng mới, hoặc hay được gửi đường dẫn bảo cài.',
    steps: [
      { tell: 'Chỉ cài từ cửa hàng có sẵn trong máy: CH Play hoặc App Store.', resident: 'Chỉ mở CH Play hoặc App Store để cài.', picture: 'Ngón tay bấm biểu tượng cửa hàng hình chiếc túi trên màn hình đầu.' },
      { tell: 'Gõ tên ứng dụng, đọc dòng tên đơn vị làm ra. VNeID phải là của Bộ Công an.', resident: 'Gõ tên, xem đúng đơn vị làm ra.', picture: 'Dòng tên đơn vị làm ra được khoanh, mũi tên chỉ sang một cơ quan có dấu đúng.' },
      { tell: 'Đúng rồi mới bấm Cài đặt. Đường dẫn ai gửi qua tin nhắn thì không bấm.', resident: 'Bấm Cài đặt. Không bấm đường dẫn ai gửi.', picture: 'Ngón tay bấm nút Cài đặt trong cửa hàng; tin nhắn có đường dẫn bị gạch cấm.' },
      { tell: 'Mỗi tháng mở cửa hàng, bấm Cập nhật một lần.', resident: 'Mỗi tháng bấm Cập nhật một lần.', picture: 'Ngón tay bấm nút Cập nhật cạnh tên ứng dụng; bên cạnh là tờ lịch ngày 1.' },
    ],
    show: 'Bác tự tìm một ứng dụng trong cửa hàng và chỉ đúng tên đơn vị làm ra.',
    never: 'Không cài bằng đường dẫn hay tệp lạ, không đăng nhập cửa hàng hộ bác.',
  },
  'INF-01': {
    people: 'Người hay đọc tin, hay chuyển tin cho nhóm.',
    steps: [
      { tell: 'Bấm ô có kính lúp rồi gõ, hoặc bấm hình mi-crô rồi nói điều cần tìm.', resident: 'Bấm kính lúp, gõ hoặc nói điều cần tìm.', picture: 'Ngón tay bấm hình mi-crô trong ô tìm kiếm; bà cụ đang nói.' },
      { tell: 'Chọn trang có đuôi .gov.vn hoặc báo lớn quen tên. Trang lạ thì bỏ qua.', resident: 'Chọn trang .gov.vn hoặc báo chính thống.', picture: 'Trang có đuôi .gov.vn được dấu đúng, trang có ba dấu hỏi bị dấu sai.' },
      { tell: 'Mở thêm một nơi nữa, xem hai nơi có nói giống nhau không.', resident: 'So hai nơi rồi mới tin.', picture: 'Hai điện thoại đăng cùng một tin, ở giữa là dấu bằng.' },
      { tell: 'Còn ngờ thì không bấm Chia sẻ.', resident: 'Chưa chắc thì không chia sẻ.', picture: 'Tin có dấu hỏi; nút chia sẻ bị gạch cấm, bàn tay giơ lên ngăn lại.' },
    ],
    show: 'Bác tự tìm một tin và nói được trang nào đáng tin, vì sao.',
  },
  'INF-02': {
    people: 'Người muốn hỏi trợ lý AI trên điện thoại.',
    steps: [
      { tell: 'Hỏi như hỏi người: câu ngắn, rõ việc. Gõ hoặc bấm mi-crô để nói.', resident: 'Hỏi ngắn và rõ, như hỏi người.', picture: 'Bà cụ nói vào mi-crô; trên màn hình câu hỏi của bà và câu trả lời của máy.' },
      { tell: 'Không đưa số căn cước, mật khẩu, bệnh án vào ô hỏi.', resident: 'Không đưa số căn cước, mật khẩu, bệnh án.', picture: 'Thẻ căn cước, chìa khóa và giấy khám bệnh đều bị dấu sai, không đi vào ô hỏi.' },
      { tell: 'Chuyện thuốc men thì hỏi lại bác sĩ, chuyện pháp luật thì hỏi lại cán bộ.', resident: 'Chuyện thuốc, chuyện luật: hỏi lại bác sĩ, cán bộ.', picture: 'Từ câu trả lời về thuốc và về luật có mũi tên sang bác sĩ và cán bộ.' },
      { tell: 'Máy nói trơn tru vẫn có thể sai. Việc quan trọng phải kiểm tra lại.', resident: 'Máy trả lời có thể sai. Nhớ kiểm tra lại.', picture: 'Máy trả lời 2 cộng 2 bằng 5, có dấu sai; bên cạnh là kính lúp.' },
    ],
    show: 'Bác tự hỏi một câu và kể được điều gì không nên đưa vào.',
    never: 'Không gõ hộ thông tin riêng của bác vào ô hỏi.',
  },
  'INF-03': {
    people: 'Người muốn học thêm và đã có VNeID mức 2.',
    steps: [
      { tell: 'Mở binhdanhocvuso.gov.vn, bấm Đăng nhập bằng VNeID của mình.', resident: 'Mở trang học, tự đăng nhập bằng VNeID.', picture: 'Ngón tay bấm nút Đăng nhập dưới hình quyển sách; bên cạnh là khiên có chìa khóa.' },
      { tell: 'Chọn một bài ngắn, hợp với việc mình đang cần.', resident: 'Chọn một bài ngắn hợp với mình.', picture: 'Danh sách ba bài học, bài giữa được khoanh và ngón tay bấm vào; đồng hồ chỉ 5 phút.' },
      { tell: 'Xem hết bài rồi trả lời câu hỏi ở cuối.', resident: 'Xem xong, trả lời câu hỏi cuối bài.', picture: 'Dưới đoạn phim là ba ô trả lời, ngón tay chọn ô giữa.' },
      { tell: 'Mỗi tuần một bài, hẹn một buổi quen cho dễ nhớ.', resident: 'Mỗi tuần học một bài.', picture: 'Tờ lịch ba tuần, cuối mỗi tuần có một dấu đúng; bên cạnh là quyển sách.' },
    ],
    show: 'Bác tự mở trang, vào được một bài và bấm xem.',
    never: 'Không nhập, không nhìn mật khẩu và mã VNeID của bác.',
  },
  'COM-01': {
    people: 'Người muốn gọi thấy mặt con cháu, nhận tin của tổ dân phố.',
    steps: [
      { tell: 'Mở Zalo, chọn tên con cháu, bấm hình máy quay để gọi thấy mặt.', resident: 'Chọn tên con cháu, bấm hình máy quay.', picture: 'Ngón tay bấm hình máy quay ở góc trên; bên cạnh hiện mặt cháu.' },
      { tell: 'Vào nhóm tổ dân phố để nhận tin. Cần thì nhờ tổ trưởng thêm vào nhóm.', resident: 'Mở nhóm tổ dân phố để đọc tin.', picture: 'Ngón tay bấm tin có hình loa trong nhóm; bên cạnh là bốn người hàng xóm.' },
      { tell: 'Ai nhắn vay tiền thì gọi lại số quen. Nghe đúng giọng rồi mới tin.', resident: 'Ai hỏi vay tiền, gọi lại số quen.', picture: 'Tin nhắn hỏi tiền có dấu hỏi; mũi tên sang nút gọi và người nhà đang trả lời.' },
      { tell: 'Người lạ xin kết bạn thì từ chối, không bấm Đồng ý.', resident: 'Người lạ xin kết bạn thì từ chối.', picture: 'Người lạ trùm đầu xin kết bạn; nút đồng ý bị gạch cấm, ngón tay bấm nút từ chối.' },
    ],
    show: 'Bác tự gọi thấy mặt một người nhà, nói xong tự tắt.',
    never: 'Không đọc tin nhắn, không xem danh bạ của bác.',
  },
  'COM-02': {
    people: 'Người muốn báo đèn hỏng, rác, đường ngập, ổ gà.',
    steps: [
      { tell: 'Chụp chỗ hỏng. Không chụp mặt người, biển số xe.', resident: 'Chụp chỗ hỏng, không chụp mặt người.', picture: 'Máy ảnh của điện thoại ngắm ổ gà, ngón tay bấm nút chụp; mặt người bị gạch cấm.' },
      { tell: 'Mở kênh phản ánh của phường hoặc thành phố.', resident: 'Mở kênh phản ánh của phường.', picture: 'Ngón tay bấm ô có hình loa; mũi tên sang trụ sở phường.' },
      { tell: 'Viết một câu, ghi địa điểm, rồi bấm Gửi.', resident: 'Viết một câu, ghi chỗ nào, bấm Gửi.', picture: 'Ô viết, ô địa điểm có ghim đỏ và ngón tay bấm nút Gửi.' },
      { tell: 'Vài hôm sau mở lại, xem phường trả lời.', resident: 'Vài hôm mở lại xem trả lời.', picture: 'Tờ lịch với mũi tên xuống; trên điện thoại có câu trả lời của cán bộ và dấu đúng.' },
    ],
    show: 'Bác tự làm đến trước nút Gửi, biết xem câu trả lời ở đâu.',
    never: 'Không gửi hộ bằng máy hay tài khoản của mình.',
  },
  'IDN-01': {
    people: 'Người đã làm mức 2 ở Công an và đã có tin nhắn được duyệt.',
    steps: [
      { tell: 'Có tin nhắn báo đã duyệt thì mở VNeID, bấm Kích hoạt.', resident: 'Có tin được duyệt, mở VNeID, bấm Kích hoạt.', picture: 'Tin nhắn có dấu đúng; ngón tay bấm nút Kích hoạt.' },
      { tell: 'Bác tự nhập số căn cước và số điện thoại. Cháu không nhìn.', resident: 'Bác tự nhập số căn cước, số điện thoại.', picture: 'Ngón tay của bác tự gõ hai ô được che; tình nguyện viên đứng ngoài, con mắt bị gạch.' },
      { tell: 'Mã OTP về máy bác: bác tự nhập, không đọc cho ai, kể cả cháu.', resident: 'Tự nhập mã OTP, không đọc cho ai.', picture: 'Bác tự gõ mã OTP sáu ô; kẻ lạ hỏi mã OTP bị gạch cấm.' },
      { tell: 'Bác tự đặt mật khẩu và mã sáu số, ghi ra giấy, cất riêng.', resident: 'Tự đặt mật khẩu, ghi giấy, cất riêng.', picture: 'Ngón tay gõ mật khẩu được che; tờ giấy ghi chìa khóa được cất vào phong bì khóa kín.' },
    ],
    show: 'Bác tự thoát ra rồi tự vào lại VNeID, không cần nhắc.',
    never: 'Không hỏi, không nhìn, không gõ số căn cước, OTP, mật khẩu. Không cầm máy của bác.',
  },
  'IDN-02': {
    people: 'Người đã kích hoạt mức 2, cần xuất trình giấy tờ.',
    steps: [
      { tell: 'Mở VNeID, đặt vân tay hoặc tự nhập mã sáu số. Cháu quay mặt đi.', resident: 'Mở VNeID, đặt vân tay hoặc nhập mã.', picture: 'Ngón tay đặt lên hình vân tay; bên cạnh con mắt bị gạch.' },
      { tell: 'Bấm Ví giấy tờ, chọn Căn cước điện tử.', resident: 'Bấm Ví giấy tờ, chọn Căn cước điện tử.', picture: 'Trong ví giấy tờ, thẻ căn cước được khoanh và ngón tay bấm vào.' },
      { tell: 'Đưa màn hình cho người có thẩm quyền xem. Không đưa máy, không cho chụp.', resident: 'Cho cán bộ xem màn hình, không cho chụp.', picture: 'Công an nhìn màn hình có thẻ căn cước; máy ảnh bị gạch cấm.' },
      { tell: 'Dùng xong thì bấm Thoát.', resident: 'Dùng xong thì bấm thoát ra.', picture: 'Ngón tay bấm nút Thoát màu đỏ; bên cạnh là ổ khóa.' },
    ],
    show: 'Bác tự mở đến căn cước điện tử rồi tự thoát ra.',
    never: 'Không nhìn mã của bác, không chụp màn hình, không ghi số căn cước.',
  },
  'IDN-03': {
    people: 'Người có thẻ bảo hiểm y tế, bằng lái chưa đưa lên VNeID.',
    steps: [
      { tell: 'Vào Ví giấy tờ, bấm Tích hợp thông tin.', resident: 'Vào Ví giấy tờ, bấm Tích hợp thông tin.', picture: 'Trong ví giấy tờ, ngón tay bấm nút Tích hợp có dấu cộng.' },
      { tell: 'Chọn loại giấy, bác tự nhập đúng số ghi trên giấy.', resident: 'Chọn loại giấy, tự nhập đúng số trên giấy.', picture: 'Thẻ bảo hiểm và bằng lái; mũi tên từ số trên bằng lái sang ô nhập trên điện thoại.' },
      { tell: 'Bấm Gửi rồi chờ báo. Có khi phải chờ vài ngày.', resident: 'Bấm Gửi rồi chờ báo.', picture: 'Ngón tay bấm Gửi; mũi tên sang đồng hồ rồi đến chuông báo.' },
      { tell: 'Máy báo “không tìm thấy dữ liệu” thì hỏi nơi cấp giấy đó.', resident: 'Báo không tìm thấy thì hỏi nơi cấp giấy.', picture: 'Điện thoại hiện kính lúp và dấu hỏi; mũi tên sang cơ quan cấp thẻ bảo hiểm.' },
    ],
    show: 'Bác tự mở đến mục Tích hợp và chỉ được giấy nào đã có, giấy nào chưa.',
    never: 'Không nhập, không ghi, không chụp số trên giấy tờ của bác.',
  },
  'IDN-04': {
    people: 'Người quên mật khẩu VNeID hoặc vừa đổi điện thoại.',
    steps: [
      { tell: 'Bấm Quên mật khẩu, bác tự nhập thông tin.', resident: 'Bấm Quên mật khẩu, tự nhập thông tin.', picture: 'Dòng Quên mật khẩu được khoanh, ngón tay bấm vào; chìa khóa có dấu hỏi.' },
      { tell: 'Mã OTP về số đã đăng ký. Máy mới có thể áp thẻ căn cước vào lưng máy để quét.', resident: 'Nhận OTP, hoặc áp thẻ căn cước vào lưng máy.', picture: 'Một máy nhận mã OTP; lưng máy kia có hình sóng, thẻ căn cước áp vào.' },
      { tell: 'Không được thì mang căn cước ra Công an phường, hoặc gọi 1900 0368.', resident: 'Không được thì ra Công an phường hoặc gọi tổng đài.', picture: 'Trụ sở Công an, cán bộ và thẻ căn cước; bên cạnh, điện thoại gọi số tổng đài 1900 0368.' },
      { tell: 'Không nhờ “dịch vụ lấy lại tài khoản” trên mạng.', resident: 'Không nhờ dịch vụ trên mạng.', picture: 'Kẻ lạ nhắn đổi chìa khóa lấy tiền; dấu sai và bàn tay ngăn lại.' },
    ],
    show: 'Bác tự vào lại được VNeID, hoặc nói đúng phải đi đâu, mang theo gì.',
    never: 'Không xem mã OTP, không quét thẻ của bác bằng máy mình.',
  },
  'IDN-05': {
    people: 'Mọi người có VNeID hoặc ngân hàng trên điện thoại.',
    steps: [
      { tell: 'Nhờ người nhà cho mượn máy, tự vào khóa tài khoản của mình trên máy đó.', resident: 'Mượn máy người nhà, khóa tài khoản ngay.', picture: 'Bà cụ mất máy lo lắng, người nhà đưa máy khác; ngón tay bấm nút Khóa.' },
      { tell: 'Báo Công an phường để khóa VNeID.', resident: 'Báo Công an phường khóa VNeID.', picture: 'Bà cụ kể chuyện mất máy với Công an ở bàn trực.' },
      { tell: 'Gọi ngân hàng khóa tài khoản, gọi nhà mạng khóa SIM.', resident: 'Gọi ngân hàng khóa thẻ, nhà mạng khóa SIM.', picture: 'Từ nút gọi có hai mũi tên: một sang thẻ ngân hàng bị khóa, một sang SIM bị khóa.' },
    ],
    show: 'Bác kể đúng ba việc theo thứ tự và chỉ được nơi ghi các số cần gọi.',
    never: 'Không hỏi số tài khoản, không giữ giấy ghi mật khẩu của bác.',
  },
  'IDN-06': {
    people: 'Người nhận trợ cấp, lương hưu, hoặc muốn xem sổ sức khỏe.',
    steps: [
      { tell: 'Mở VNeID, tìm mục An sinh xã hội hoặc Sổ sức khỏe.', resident: 'Mở VNeID, tìm An sinh xã hội, Sổ sức khỏe.', picture: 'Hai mục lớn: tờ tiền và trái tim; ngón tay bấm mục tiền trợ cấp.' },
      { tell: 'Bác tự xem. Cháu quay đi, không ghi số tài khoản.', resident: 'Bác tự xem, cháu không nhìn, không ghi.', picture: 'Ông cụ xem điện thoại; tình nguyện viên quay lưng, sổ ghi bị gạch cấm.' },
      { tell: 'Thấy thông tin sai thì hỏi cán bộ phường.', resident: 'Thấy sai thì hỏi cán bộ phường.', picture: 'Một dòng bị khoanh đỏ có dấu sai; cán bộ phường trả lời câu hỏi về giấy tờ.' },
    ],
    show: 'Bác tự mở đúng mục cần xem rồi tự đóng lại.',
    never: 'Không xem, không ghi số tài khoản, số tiền, bệnh của bác.',
  },
  'DVC-01': {
    people: 'Người cần làm giấy tờ mà ngại đi lại.',
    steps: [
      { tell: 'Gõ dichvucong.gov.vn, đọc lại từng chữ cho đúng.', resident: 'Gõ dichvucong.gov.vn, đọc lại cho đúng chữ.', picture: 'Địa chỉ dichvucong.gov.vn trên màn hình, kính lúp soi phần đuôi .gov.vn.' },
      { tell: 'Chọn đăng nhập bằng VNeID, bác tự quét mã trên màn hình.', resident: 'Chọn đăng nhập bằng VNeID, tự quét mã.', picture: 'Điện thoại quét ô mã vuông trên máy tính; con mắt bị gạch.' },
      { tell: 'Tìm việc cần làm bằng lời thường ngày, ví dụ: khai sinh.', resident: 'Gõ tên việc bằng lời thường ngày.', picture: 'Người phụ nữ nói “khai sinh”, ô tìm kiếm có chữ khai sinh.' },
      { tell: 'Lưu trang lại để lần sau bấm một cái là vào.', resident: 'Lưu trang lại cho lần sau.', picture: 'Ngón tay bấm dấu trang ở cuối thanh địa chỉ.' },
    ],
    show: 'Bác tự mở trang, tự đăng nhập và tìm được một việc.',
    never: 'Không đăng nhập bằng tài khoản của mình, không quét hay nhập mã hộ bác.',
  },
  'DVC-02': {
    people: 'Người đã đăng nhập được và có việc giấy tờ cần nộp.',
    steps: [
      { tell: 'Đọc mục cần chuẩn bị giấy gì, đánh dấu giấy nào đã có.', resident: 'Xem cần giấy gì, chuẩn bị cho đủ.', picture: 'Danh sách giấy tờ đánh dấu từng mục; bên cạnh là các tờ giấy và thẻ.' },
      { tell: 'Điền từng ô. Ảnh giấy tờ thì bác tự chụp, tải lên từ máy của mình.', resident: 'Điền từng ô, tải ảnh giấy từ máy mình.', picture: 'Các ô đã điền; ngón tay bấm hình máy ảnh và dấu cộng để tải tờ giấy lên.' },
      { tell: 'Bấm Nộp, ghi mã hồ sơ ra giấy.', resident: 'Bấm Nộp, ghi mã hồ sơ ra giấy.', picture: 'Ngón tay bấm nút Nộp; tờ giấy ghi mã hồ sơ và cây bút.' },
      { tell: 'Vài hôm sau mở lại, xem hồ sơ đã đến bước nào.', resident: 'Vài hôm mở lại xem đã xong chưa.', picture: 'Tờ lịch; trên điện thoại ba bước của hồ sơ, hai bước có dấu đúng, bước cuối đang chờ.' },
    ],
    show: 'Bác tự điền và nộp, rồi tự mở lại xem hồ sơ đến đâu.',
    never: 'Không chụp giấy tờ của bác bằng máy mình, không điền hộ số căn cước.',
  },
  'DVC-03': {
    people: 'Nhà có khách ngủ lại, người thuê trọ, con cháu mới chuyển về.',
    steps: [
      { tell: 'Mở VNeID, vào mục Thủ tục hành chính.', resident: 'Mở VNeID, vào Thủ tục hành chính.', picture: 'Ngón tay bấm mục có hình tờ giấy trong danh sách.' },
      { tell: 'Khách ở vài hôm: chọn Thông báo lưu trú. Ở lâu: chọn Đăng ký tạm trú.', resident: 'Chọn Thông báo lưu trú hoặc Đăng ký tạm trú.', picture: 'Hai lựa chọn: vầng trăng cho ngủ lại, ngôi nhà cho ở lâu; bên cạnh là nhà và người khách.' },
      { tell: 'Bác tự điền người đến ở và ngày đến.', resident: 'Điền người đến ở và ngày đến.', picture: 'Người khách xách va li trước nhà; trên điện thoại là ô tên người và ô ngày.' },
      { tell: 'Gửi trước giờ quy định. Vướng thì hỏi cảnh sát khu vực.', resident: 'Gửi đúng giờ. Vướng thì hỏi cảnh sát khu vực.', picture: 'Đồng hồ và ngón tay bấm nút Gửi; Công an trả lời câu hỏi về nhà ở.' },
    ],
    show: 'Bác tự mở đúng mục và điền được đến ô ngày đến.',
    never: 'Không ghi lại tên, số căn cước của khách trong nhà.',
  },
  'PAY-01': {
    people: 'Người đã có tài khoản ngân hàng và muốn trả tiền bằng mã QR.',
    steps: [
      { tell: 'Mở ứng dụng ngân hàng của mình, bấm nút Quét, hướng vào mã QR.', resident: 'Mở ngân hàng của mình, bấm Quét.', picture: 'Ngón tay bấm nút Quét; mũi tên hướng sang bảng mã QR.' },
      { tell: 'Xem đúng tên người nhận rồi mới nhập số tiền.', resident: 'Xem đúng tên người nhận, rồi nhập tiền.', picture: 'Tên người bán được khoanh, con mắt nhìn vào trước; ô tiền đến sau.' },
      { tell: 'Bác tự xác nhận. Không để ai cầm máy, kể cả cháu.', resident: 'Tự bấm xác nhận, không để ai cầm máy.', picture: 'Ngón tay của bác bấm Xác nhận; bàn tay người khác bị dấu sai.' },
      { tell: 'Chờ máy báo thành công rồi mới đi.', resident: 'Chờ máy báo thành công.', picture: 'Màn hình hiện dấu đúng lớn, chuông báo kêu.' },
    ],
    show: 'Bác tự quét, đọc to tên người nhận, rồi tự dừng hoặc tự trả một khoản nhỏ.',
    never: 'Không hỏi ngân hàng, số dư, mã PIN, OTP. Không cầm máy của bác.',
  },
  'PAY-02': {
    people: 'Người trả tiền điện, nước hằng tháng.',
    steps: [
      { tell: 'Vào mục Thanh toán hóa đơn, chọn điện hoặc nước.', resident: 'Vào Thanh toán hóa đơn, chọn điện, nước.', picture: 'Ngón tay bấm mục hóa đơn; bên cạnh là tia điện và giọt nước.' },
      { tell: 'Bác tự nhập mã khách hàng in trên giấy báo.', resident: 'Nhập mã khách hàng trên giấy báo.', picture: 'Mã trên giấy báo tiền điện được khoanh, mũi tên sang ô nhập trên điện thoại.' },
      { tell: 'Xem đúng tên nhà mình rồi mới trả.', resident: 'Xem đúng tên nhà mình rồi trả.', picture: 'Dòng tên nhà được khoanh, con mắt nhìn; bên cạnh là ngôi nhà.' },
      { tell: 'Bấm Lưu để tháng sau khỏi nhập lại.', resident: 'Bấm Lưu cho tháng sau.', picture: 'Ngón tay bấm nút Lưu; tờ lịch có tia điện và giọt nước.' },
    ],
    show: 'Bác tự mở hóa đơn nhà mình và chỉ đúng tên, số tiền trước khi trả.',
    never: 'Không hỏi số tài khoản, mật khẩu, OTP. Không trả hộ bằng máy mình.',
  },
  'PAY-03': {
    people: 'Tiểu thương, người bán hàng ở chợ, ở phố.',
    steps: [
      { tell: 'Nhờ ngân hàng làm bảng QR, tên trên bảng đúng tên mình.', resident: 'Nhờ ngân hàng làm bảng QR đúng tên mình.', picture: 'Nhân viên ngân hàng đưa bảng QR cho người bán hàng.' },
      { tell: 'Bật thông báo tiền về, hoặc đặt loa báo tiền.', resident: 'Bật thông báo tiền về hoặc loa báo.', picture: 'Điện thoại hiện hai dòng báo tiền; chiếc loa báo tiền kêu.' },
      { tell: 'Chưa thấy tiền về thì chưa giao hàng, dù khách đưa ảnh đã chuyển.', resident: 'Tiền chưa về thì chưa giao hàng.', picture: 'Điện thoại vẫn chờ, tiền có dấu hỏi; túi hàng bị gạch cấm, người bán chưa giao.' },
      { tell: 'Mỗi sáng xem bảng QR có bị dán đè không.', resident: 'Mỗi sáng xem bảng QR có bị dán đè.', picture: 'Một mã QR viền đỏ dán chồng lên bảng; kính lúp soi, mặt trời buổi sáng.' },
    ],
    show: 'Người bán tự thử nhận một khoản nhỏ và chỉ đúng chỗ báo tiền về.',
    never: 'Không hỏi số tài khoản, doanh thu, mã PIN.',
  },
  'BUY-01': {
    people: 'Người muốn mua hàng trên mạng mà sợ bị lừa.',
    steps: [
      { tell: 'Chọn sàn quen, xem đánh giá, so giá hai nơi. Rẻ quá thì ngờ.', resident: 'Chọn sàn quen, so giá hai nơi.', picture: 'Cùng một chiếc áo trên hai máy: một nơi nhiều sao, một nơi ít sao và rẻ quá.' },
      { tell: 'Chọn trả tiền khi nhận hàng.', resident: 'Chọn trả tiền khi nhận hàng.', picture: 'Ngón tay chọn ô có nhà và đồng tiền, không chọn ô thẻ; hộp hàng về đến nhà.' },
      { tell: 'Người bán bảo chuyển khoản riêng ngoài sàn thì không chuyển.', resident: 'Không chuyển tiền ngoài sàn.', picture: 'Người bán nhắn xin chuyển khoản; mũi tên tiền sang kẻ lạ bị dấu sai.' },
      { tell: 'Nhận hàng, mở xem trước, đúng rồi mới trả tiền.', resident: 'Xem hàng trước, đúng rồi mới trả tiền.', picture: 'Bà cụ mở hộp xem áo trước, rồi tiền mới sang người giao hàng.' },
    ],
    show: 'Bác tự đi đến bước chọn trả tiền khi nhận, chưa cần đặt.',
    never: 'Không đặt hộ, không nhập thẻ hay địa chỉ của bác vào máy mình.',
  },
  'BUY-02': {
    people: 'Hộ kinh doanh, người muốn bán hàng trên mạng.',
    steps: [
      { tell: 'Chụp ảnh hàng cho rõ, ghi giá thật.', resident: 'Chụp ảnh hàng rõ, ghi giá thật.', picture: 'Điện thoại chụp chiếc áo; bên cạnh là áo và thẻ giá.' },
      { tell: 'Đăng lên một kênh trước, quen rồi hãy thêm kênh khác.', resident: 'Đăng lên một kênh trước.', picture: 'Ngón tay bấm nút Đăng; mũi tên sang một gian hàng.' },
      { tell: 'Cài eTax Mobile từ cửa hàng chính thức, tự đăng nhập bằng VNeID.', resident: 'Cài eTax Mobile từ cửa hàng chính thức.', picture: 'Ngón tay bấm Cài đặt; cửa hàng ứng dụng và khiên có dấu đúng.' },
      { tell: 'Về hóa đơn thì hỏi cán bộ thuế.', resident: 'Về hóa đơn, hỏi cán bộ thuế.', picture: 'Người bán hỏi về tờ hóa đơn, cán bộ ngồi đối diện trả lời.' },
    ],
    show: 'Người bán tự đăng một món hàng và tự mở được eTax Mobile.',
    never: 'Không hỏi mã số thuế, doanh thu. Không kê khai hộ.',
  },
  'SEC-01': {
    people: 'Mọi người, nhất là người cao tuổi hay nghe máy một mình.',
    steps: [
      { tell: 'Công an không làm việc qua điện thoại, không bảo cài ứng dụng.', resident: 'Công an không làm việc qua điện thoại.', picture: 'Kẻ lạ đội mũ giả gọi đến, bảo tải ứng dụng, bị dấu sai; cạnh Công an thật là ống nghe bị gạch cấm.' },
      { tell: 'Nghe dọa, nghe giục là cúp máy. Không cần lễ phép với kẻ lừa.', resident: 'Nghe dọa, nghe giục thì cúp máy.', picture: 'Ngón tay bấm nút đỏ cúp máy; lời dọa có dấu chấm than và đồng hồ giục.' },
      { tell: 'Gọi lại số của phường, hoặc ra gặp trực tiếp để hỏi.', resident: 'Gọi số phường, hoặc ra gặp trực tiếp.', picture: 'Bà cụ gọi điện rồi đến gặp Công an, phía sau là trụ sở.' },
      { tell: 'Kể cho con cháu, hàng xóm biết để cùng tránh.', resident: 'Kể cho con cháu biết.', picture: 'Bà cụ kể cuộc gọi đáng ngờ cho con và cháu nghe.' },
    ],
    show: 'Cháu đóng vai kẻ dọa: bác tự cúp máy và nói sẽ gọi cho ai.',
    never: 'Không thử bác bằng cách hỏi mã, hỏi tiền thật.',
  },
  'SEC-02': {
    people: 'Mọi người có điện thoại.',
    steps: [
      { tell: 'OTP như chìa khóa nhà: không đọc cho ai, kể cả tình nguyện viên.', resident: 'OTP như chìa khóa nhà, không đưa ai.', picture: 'Tin nhắn OTP bằng chìa khóa nhà; bàn tay giơ lên không đưa.' },
      { tell: 'Mật khẩu ngân hàng và mật khẩu VNeID phải khác nhau.', resident: 'Ngân hàng và VNeID: hai mật khẩu khác nhau.', picture: 'Thẻ ngân hàng với chìa xanh, thẻ căn cước với chìa đỏ, ở giữa là dấu khác nhau.' },
      { tell: 'Không nhìn vào camera, không quay mặt theo lời người lạ.', resident: 'Không nhìn camera theo lời người lạ.', picture: 'Khuôn mặt trong khung camera bị gạch cấm; kẻ lạ bảo nhìn vào máy.' },
    ],
    show: 'Cháu hỏi xin mã: bác từ chối ngay, nói được vì sao.',
    never: 'Không hỏi mật khẩu, OTP thật, không chụp mặt bác.',
  },
  'SEC-03': {
    people: 'Người vừa lỡ bấm, hoặc muốn biết trước phải làm gì.',
    steps: [
      { tell: 'Tắt nguồn hoặc bật chế độ máy bay ngay, để kẻ xấu không vào máy được.', resident: 'Tắt nguồn hoặc bật chế độ máy bay ngay.', picture: 'Ngón tay bấm hình máy bay, phía trên là nút nguồn; ứng dụng lạ bị dấu sai, sóng bị ngắt.' },
      { tell: 'Dùng máy khác gọi ngân hàng khóa tài khoản.', resident: 'Dùng máy khác gọi ngân hàng khóa thẻ.', picture: 'Máy cũ để sang bên; người phụ nữ dùng máy khác gọi, thẻ ngân hàng bị khóa.' },
      { tell: 'Báo Công an phường. Giữ lại tin nhắn, đừng xóa.', resident: 'Báo Công an phường, giữ lại tin nhắn.', picture: 'Tin nhắn có đường dẫn được giữ với ổ khóa; mũi tên sang Công an.' },
      { tell: 'Nhờ người tin cậy cài lại máy, rồi tự đổi hết mật khẩu.', resident: 'Cài lại máy rồi tự đổi mật khẩu.', picture: 'Điện thoại đang cài lại; sau đó là tờ giấy với chìa khóa mới.' },
    ],
    show: 'Bác tự bật chế độ máy bay và kể được ba việc làm tiếp.',
    never: 'Không tự cài lại máy, không xem tin ngân hàng của bác.',
  },
  'LOC-01': {
    people: 'Người đi khám bằng bảo hiểm y tế, muốn xem sổ hoặc đặt lịch.',
    steps: [
      { tell: 'Cài VssID hoặc Sổ sức khỏe từ cửa hàng chính thức.', resident: 'Cài từ cửa hàng chính thức.', picture: 'Ứng dụng hình trái tim trong cửa hàng, ngón tay bấm Cài đặt; có dấu đúng.' },
      { tell: 'Bác tự đăng nhập bằng VNeID.', resident: 'Tự đăng nhập bằng VNeID.', picture: 'Ngón tay bấm nút Đăng nhập có hình khiên; con mắt bị gạch.' },
      { tell: 'Xem thẻ bảo hiểm, lịch sử khám; muốn thì đặt lịch khám.', resident: 'Xem thẻ bảo hiểm, lịch khám của mình.', picture: 'Thẻ bảo hiểm ở trên, các ngày khám ở dưới, ngón tay bấm một ngày; bên cạnh là bác sĩ.' },
      { tell: 'Chuyện bệnh là của riêng bác: cháu quay đi khi bác xem.', resident: 'Bệnh là chuyện riêng, cháu không xem.', picture: 'Bà cụ xem điện thoại có trái tim; tình nguyện viên quay lưng.' },
    ],
    show: 'Bác tự mở được thẻ bảo hiểm trên máy.',
    never: 'Không xem, không hỏi bệnh, không ghi số thẻ bảo hiểm.',
  },
  'LOC-02': {
    people: 'Cha mẹ, ông bà có con cháu đi học.',
    steps: [
      { tell: 'Hỏi cô giáo tên ứng dụng nhà trường dùng.', resident: 'Hỏi cô giáo tên ứng dụng.', picture: 'Mẹ hỏi về quyển sổ, cô giáo chỉ ứng dụng; giữa hai người là cháu nhỏ.' },
      { tell: 'Cài đúng ứng dụng đó, tự đăng nhập tài khoản nhà trường cấp.', resident: 'Cài, đăng nhập tài khoản nhà trường cấp.', picture: 'Ô tên và ô mật khẩu được che, ngón tay bấm nút Vào; bên cạnh là trường học.' },
      { tell: 'Mỗi tối mở xem thông báo.', resident: 'Mỗi tối mở xem thông báo.', picture: 'Danh sách thông báo, ngón tay bấm dòng đầu; trăng và đồng hồ buổi tối.' },
      { tell: 'Không cho con dùng máy quá khuya.', resident: 'Không cho con dùng máy quá khuya.', picture: 'Ban đêm, đứa trẻ đã ngủ; chiếc điện thoại bị gạch cấm.' },
    ],
    show: 'Phụ huynh tự mở được thông báo mới nhất của lớp.',
    never: 'Không hỏi mật khẩu, không xem điểm của cháu.',
  },
}
